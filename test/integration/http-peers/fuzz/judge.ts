import type { Answer } from '../byte-client.ts';
import type { ReadRequest, Reading } from '../reading/stream.ts';
import type { Recording } from '../recorder.ts';

/** What one program made of a case: what its client and its backend saw. */
export interface Passage {
  readonly answer: Answer;
  readonly recording: Recording;
  /** No connection to the backend was left with a request half on its way. */
  readonly settled: boolean;
}

/** What is wrong with how the balancer passed on bytes of which this is the strict reading. Empty = nothing. */
export function faultsOf(reading: Reading, { answer, recording, settled }: Passage): string[] {
  const { requests, ending } = reading;
  const isHopeless = ending !== 'Clean' && 'incomplete' in ending && ending.hopeless === true;
  const isRefused = answer.statuses.at(-1) !== undefined && (answer.statuses.at(-1) ?? 0) >= 400;
  const isFault = (ending !== 'Clean' && 'fault' in ending) || (isHopeless && isRefused);
  const mayBreakOff = ending !== 'Clean' && ('fault' in ending ? ending.part : ending.incomplete) === 'Body';
  const statuses = answer.statuses.filter((status) => status >= 200);
  const own = statuses.slice(requests.length);
  const rules: readonly [boolean, string][] = [
    [sameRequests(requests, recording.requests), 'the backend saw other requests than the client sent'],
    [recording.faults.length === 0, `the backend got bytes that are no request: ${recording.faults.join()}`],
    [
      recording.unfinished <= (mayBreakOff ? 1 : 0),
      'the backend got the start of a request that is not to be passed on',
    ],
    [settled, 'a connection to the backend was left with half a request'],
    [requests.every((_request, index) => statuses[index] === 200), 'a good request was not answered with 200'],
    [
      own.length === (isFault ? 1 : 0) && own.every((status) => (status >= 400 && status < 500) || status === 505),
      'another answer than one 4xx or 505 for a bad request',
    ],
    [answer.ended === (isFault || requests.at(-1)?.last === true), 'the connection ended too early or not at all'],
  ];
  const seen = `answers ${statuses.join()} ${answer.error ?? ''}, requests ${recording.requests.length} of ${requests.length}`;
  return rules.filter(([holds]) => !holds).map(([, sentence]) => `${sentence} (${seen})`);
}

function sameRequests(some: readonly ReadRequest[], others: readonly ReadRequest[]): boolean {
  return some.length === others.length && some.every((request, index) => isSame(request, others[index]));
}

function isSame(one: ReadRequest, other: ReadRequest | undefined): boolean {
  if (one.method !== other?.method || one.target !== other.target || one.body !== other.body) return false;
  return JSON.stringify(one.trailers) === JSON.stringify(other.trailers);
}

/**
 * How what a peer passed on differs from what ours did. `Refused`: a part of the same requests, and an error from the peer itself.
 * `Fewer`, `More`: a part of them, or others besides. `Other`: neither is part of the other.
 */
export type Difference = 'Refused' | 'Fewer' | 'More' | 'Other';

/** Not by order: Node works on pipelined requests at once. Targets are left out: some peers write them in another form. */
export function differenceOf(ours: readonly ReadRequest[], peer: Passage): Difference | undefined {
  const theirs = peer.recording.requests;
  const isMore = without(theirs, ours).length > 0;
  const isLess = without(ours, theirs).length > 0;
  if (isMore) return isLess ? 'Other' : 'More';
  if (!isLess) return undefined;
  return peer.answer.statuses.some((status) => status >= 400) ? 'Refused' : 'Fewer';
}

/** Those of `all` that are not among `some`, each counted as often as it is there. */
export function without(all: readonly ReadRequest[], some: readonly ReadRequest[]): ReadRequest[] {
  const rest = [...some];
  return all.filter(({ method, body }) => {
    const index = rest.findIndex((other) => other.method === method && other.body === body);
    if (index !== -1) rest.splice(index, 1);
    return index === -1;
  });
}
