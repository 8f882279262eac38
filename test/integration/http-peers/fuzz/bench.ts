import { setTimeout as sleep } from 'node:timers/promises';
import { sendBytes } from '../byte-client.ts';
import type { ReadingLimits } from '../reading/field-lines.ts';
import { type ReadRequest, readStream } from '../reading/stream.ts';
import type { Recorder } from '../recorder.ts';
import type { FuzzCase } from './case.ts';
import { type Difference, differenceOf, faultsOf, type Passage, without } from './judge.ts';

/** One listener of one program, and the backend that only it has. */
export interface Lane {
  readonly name: string;
  readonly port: number;
  readonly recorder: Recorder;
}

/** Through the balancer, and through each peer by its name. */
export interface Bench {
  readonly balancer: Lane;
  readonly peers: readonly Lane[];
}

/** A peer saw something else than our backend. */
export interface PeerDifference {
  readonly peer: string;
  readonly difference: Difference;
  /** Client: the peer got what our client sent. Forwarded: what our backend got. */
  readonly given: 'Client' | 'Forwarded';
  /** What it was given. */
  readonly bytes: string;
  readonly statuses: readonly number[];
  /** The balancer answered something of it with an error. */
  readonly refusedHere: boolean;
  /** The requests that we passed on and the peer did not, the first one first. */
  readonly missing: readonly ReadRequest[];
}

export interface Verdict {
  readonly faults: readonly string[];
  readonly differences: readonly PeerDifference[];
  /** What the balancer passed on. */
  readonly forwarded: number;
}

/** Behind bytes that are whole requests, so that the end of the connection tells that all were read. */
const sentinel = 'GET /last HTTP/1.1\r\nHost: gateway.example\r\nConnection: close\r\n\r\n';

/** Sends a case through everything, one after the other. `quietMilliseconds`: how long silence means that nothing more comes. */
export async function tryCase(bench: Bench, fuzzCase: FuzzCase, quietMilliseconds: number): Promise<Verdict> {
  const ours = await passThrough(bench.balancer, fuzzCase.parts, quietMilliseconds);
  const faults = faultsOf(readStream(fuzzCase.bytes), ours);
  const { requests, streams } = ours.recording;
  const differences: PeerDifference[] = [];
  const refusedHere = ours.answer.statuses.some((status) => status >= 400);
  if (requests.length === 0 || faults.length > 0) return { faults, differences, forwarded: requests.length };

  for (const lane of bench.peers) {
    const note = async (given: PeerDifference['given'], parts: readonly string[], expected: readonly ReadRequest[]) => {
      const passage = await passThrough(lane, parts, quietMilliseconds);
      const difference = differenceOf(expected, passage);
      if (difference === undefined) return;
      // Node may still pass on what came before the end of the connection.
      await sleep(quietMilliseconds);
      lane.recorder.take();
      const { statuses } = passage.answer;
      const missing = without(expected, passage.recording.requests);
      const bytes = parts.join('');
      differences.push({ peer: lane.name, difference, given, bytes, statuses, refusedHere, missing });
    };
    await note('Client', fuzzCase.parts, requests);
    for (const stream of streams) {
      const reading = readStream(stream, backendLimits);
      const isOpen = reading.ending === 'Clean' && reading.requests.at(-1)?.last === false;
      const bytes = isOpen ? stream + sentinel : stream;
      await note('Forwarded', [bytes], readStream(bytes, backendLimits).requests);
    }
  }
  return { faults, differences, forwarded: requests.length };
}

const backendLimits: ReadingLimits = { fields: 110, headBytes: 20_000, leastHops: 0 };

async function passThrough(
  { port, recorder }: Lane,
  parts: readonly string[],
  quietMilliseconds: number,
): Promise<Passage> {
  const answer = await sendBytes({ port, parts, quietMilliseconds, activeAt: () => recorder.activeAt });
  const settled = await recorder.settles(Math.max(300, quietMilliseconds));
  const recording = recorder.take();
  // The next case must not meet what this one left behind.
  if (!settled) recorder.hangUp();
  return { answer, recording, settled };
}
