import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { closeServers } from '../../balancer/loopback-servers.ts';
import { type Lanes, startLanes } from './balancer-lanes.ts';
import { type Answer, sendBytes } from './byte-client.ts';
import { goodRequests } from './corpus/good-requests.ts';
import { get, type Refused } from './corpus/messages.ts';
import { refusedChunks } from './corpus/refused-chunks.ts';
import { refusedFields } from './corpus/refused-fields.ts';
import { refusedFraming } from './corpus/refused-framing.ts';
import { refusedStartLines } from './corpus/refused-start-lines.ts';
import { readStream } from './reading/stream.ts';
import { type Recorder, type Recording, startRecorder } from './recorder.ts';

const refused: readonly Refused[] = [...refusedStartLines, ...refusedFields, ...refusedFraming, ...refusedChunks];

let recorder: Recorder;
let lanes: Lanes;
beforeAll(async () => {
  recorder = await startRecorder();
  lanes = await startLanes([recorder.port]);
});
afterAll(async () => {
  await lanes.stop();
  await closeServers();
});

/** Sends bytes and waits until what came of them is over. */
async function through(
  parts: readonly string[],
  quietMilliseconds = 1000,
): Promise<{ answer: Answer; recording: Recording; settled: boolean }> {
  const [port = 0] = lanes.ports;
  const answer = await sendBytes({ port, parts, quietMilliseconds, activeAt: () => recorder.activeAt });
  const settled = await recorder.settles(2000);
  return { answer, settled, recording: recorder.take() };
}

/** One byte at a time; of long texts only the first, as what matters is there or was read before. */
function byteByByte(bytes: string): string[] {
  return [...bytes.slice(0, 300).split(''), ...(bytes.slice(300).match(/[^]{1,1000}/g) ?? [])];
}

describe('what is refused', () => {
  it.each(refused.filter(({ late }) => late === undefined))(
    '$name ($section): not one byte reaches the backend',
    async ({ bytes, status = 400 }) => {
      const { answer, recording } = await through([bytes]);

      expect(answer).toMatchObject({ statuses: [status], ended: true });
      expect(recording).toEqual({ streams: [], requests: [], faults: [], unfinished: 0 });
    },
  );

  it.each(refused)(
    '$name ($section), behind a good request: only that one reaches it',
    async ({ bytes, late, status = 400 }) => {
      const { answer, recording } = await through([get() + bytes]);

      expect(answer).toMatchObject({ statuses: [200, status], ended: true });
      expect(recording).toMatchObject({ requests: [{ method: 'GET', target: '/a' }], faults: [] });
      expect(recording.requests).toHaveLength(1);
      const startLines = recording.streams.join('').match(/ HTTP\/1/g);
      expect(startLines).toHaveLength(late === undefined ? 1 : 2);
    },
  );

  it.each(refused)('$name ($section), byte by byte: no request reaches it whole', async ({ bytes, status = 400 }) => {
    const headIsRefused = !refusedChunks.some((row) => row.bytes === bytes);

    const { answer, recording, settled } = await through(byteByByte(bytes));

    expect(answer).toMatchObject({ statuses: [status], ended: true });
    expect(settled).toBe(true);
    expect(recording).toMatchObject({ requests: [], faults: [] });
    expect(headIsRefused ? recording.streams : []).toEqual([]);
  });
});

describe('what is passed on', () => {
  it.each(goodRequests)('$name ($section)', async ({ bytes, seen, closes = false }) => {
    const { answer, recording } = await through([bytes], closes ? 1000 : 60);

    expect(answer).toMatchObject({ statuses: seen.map(() => 200), ended: closes });
    expect(recording).toMatchObject({ requests: seen, faults: [], unfinished: 0 });
    expect(recording.requests).toHaveLength(seen.length);
  });

  it.each(goodRequests)('$name ($section), byte by byte', async ({ bytes, seen, closes = false }) => {
    const { answer, recording } = await through(byteByByte(bytes), closes ? 1000 : 60);

    expect(answer).toMatchObject({ statuses: seen.map(() => 200), ended: closes });
    expect(recording).toMatchObject({ requests: seen, faults: [], unfinished: 0 });
    expect(recording.requests).toHaveLength(seen.length);
  });
});

describe('the strict reading that the fuzz compares with', () => {
  it.each(refused)('refuses $name ($section)', ({ bytes }) => {
    const { requests, ending } = readStream(bytes);

    expect(requests).toEqual([]);
    expect(ending).toHaveProperty('fault');
  });

  it.each(goodRequests)('takes $name ($section)', ({ bytes, seen }) => {
    const { requests, ending } = readStream(bytes);

    expect(ending).toBe('Clean');
    expect(requests).toMatchObject(seen);
    expect(requests).toHaveLength(seen.length);
  });
});
