import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { TargetDial } from '../../../src/balancer/tls/target-dial.ts';
import { Wire, type WireHandler } from '../../../src/balancer/transport/wire.ts';
import { soon } from '../../kube/soon.ts';
import { onLoopback, secureServer, temporaryAuthority } from '../secure-rig.ts';

let authority: Awaited<ReturnType<typeof temporaryAuthority>>;
let pair: { cert: Buffer; key: Buffer };

beforeAll(async () => {
  authority = await temporaryAuthority();
  const files = await authority.issue({ name: 'server', user: 'server', subjectAlternativeNames: onLoopback });
  pair = { cert: readFileSync(files.certificateFile), key: readFileSync(files.keyFile) };
});
afterAll(() => authority.remove());

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/**
 * A connection whose other side has sent 20 000 octets and its last word before we read any of it; at the first octet we end our side, and
 * stop to read. What is deciphered already comes nevertheless.
 */
async function pausedAtItsEnd(): Promise<{ wire: Wire; events: string[]; octets: () => number }> {
  let sent = false;
  const server = await secureServer(pair, (_, socket) => {
    socket.end(Buffer.alloc(20_000, 'a'), () => {
      sent = true;
    });
  });
  cleanups.push(() => server.close());
  const tls = { caFile: authority.caFile };
  const dial = new TargetDial(tls, 'TCP', { caFile: readFileSync(authority.caFile, 'utf8') }, () => {});
  const events: string[] = [];
  let octets = 0;
  const handler: WireHandler = {
    onConnected: () => {},
    onBytes: (_, start, end) => {
      if (octets === 0) {
        wire.pause();
        wire.end();
      }
      octets += end - start;
    },
    onEnd: () => events.push('end'),
    onDrained: () => {},
    onClosed: (error) => events.push(`closed ${error?.code ?? 'in order'}`),
  };
  const wire = Wire.connect('127.0.0.1', server.port, 65_536, handler, dial);
  cleanups.push(() => wire.destroy());
  await soon('all of it', () => sent);
  wire.resume();
  await soon('the end of the connection', () => wire.closed);
  return { wire, events, octets: () => octets };
}

describe('a TLS connection that ended in order while we did not read', () => {
  it('hands over all that came before its end, then the end, then that it is closed', async () => {
    const { wire, events, octets } = await pausedAtItsEnd();
    expect(octets()).toBeLessThan(20_000);
    expect(events).toEqual([]);

    wire.resume();

    await soon('the rest', () => events.length === 2);
    expect(octets()).toBe(20_000);
    expect(events).toEqual(['end', 'closed in order']);
  });

  it('is closed without the rest when nobody wants it any more', async () => {
    const { wire, events, octets } = await pausedAtItsEnd();
    const before = octets();

    wire.destroy();

    await soon('the close', () => events.length === 1);
    expect(events).toEqual(['closed in order']);
    expect(octets()).toBe(before);
  });
});
