import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { soon } from '../../kube/soon.ts';
import { type RawServer, type RawSocket, rawClient, rawServer } from '../raw-socket.ts';
import { backendAt, type Rig, startRig } from '../rig.ts';
import { anyCuts, anyRequest, anyResponse, cutInto } from './messages.ts';

let backend: RawServer;
let rig: Rig;
let client: RawSocket;

beforeAll(async () => {
  backend = await rawServer((socket) => socket.socket.setNoDelay(true));
  rig = await startRig([backendAt('prod-0', backend.port)]);
  client = rawClient(rig.httpPort);
  client.socket.setNoDelay(true);
});

afterAll(async () => {
  client.destroy();
  await rig.close();
  await backend.close();
});

/** Sends the parts so that each is read alone: the balancer lives in this process, and gets its turn in between. */
async function sendParts(socket: RawSocket, parts: readonly string[]): Promise<void> {
  for (const part of parts) {
    socket.send(part);
    for (let turn = 0; turn < 3; turn += 1) await nextTurn();
  }
}

/** Waits for so many octets behind what was there; gives them, and whatever came too much. */
async function receives(socket: RawSocket, before: number, octets: number): Promise<string> {
  await soon(`${octets} octets`, () => socket.closed || socket.text.length >= before + octets);
  return socket.text.slice(before);
}

const latest = (): RawSocket | undefined => backend.connections.findLast(({ closed, ended }) => !closed && !ended);

describe('any message, cut anywhere', () => {
  it('goes through octet by octet but for the lines that are ours, request and response', async () => {
    const exchange = fc.record({
      request: anyRequest,
      requestCuts: anyCuts,
      response: anyResponse,
      responseCuts: anyCuts,
    });

    await fc.assert(
      fc.asyncProperty(exchange, async ({ request, requestCuts, response, responseCuts }) => {
        const before = client.text.length;
        const open = latest();
        const beforeBackend = open?.text.length ?? 0;

        await sendParts(client, cutInto(request.sent, requestCuts));
        const upstream = await soon('the connection to the backend', () => latest());
        const start = upstream === open ? beforeBackend : 0;
        expect(await receives(upstream, start, request.received.length)).toBe(request.received);

        await sendParts(upstream, cutInto(response.sent, responseCuts));
        expect(await receives(client, before, response.received.length)).toBe(response.received);
      }),
      { numRuns: 300 },
    );
  });
});
