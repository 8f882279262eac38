import type { ReadResponse, ResponseReading } from '../reading/response.ts';
import type { ResponseCase } from './response-case.ts';

interface Justification {
  readonly name: string;
  readonly section: string;
  applies(responseCase: ResponseCase, expected: ReadResponse, theirs: ResponseReading): boolean;
}

const justifications: readonly Justification[] = [
  {
    name: 'HAProxy 2.6 ends a response that comes in several parts behind interim ones after the first part.',
    section: 'RFC 9110 §15.2: an interim response is not the answer',
    applies: ({ parts }, { interim, body }, theirs) =>
      interim.length > 0 &&
      parts.length > 1 &&
      (!('status' in theirs) || (body.startsWith(theirs.body) && body !== theirs.body)),
  },
];

/** HAProxy made something else of a response that the balancer passed on; whether the balancer is right to. */
export function justifiedResponse(
  responseCase: ResponseCase,
  expected: ReadResponse,
  theirs: ResponseReading,
): boolean {
  return justifications.some((justification) => justification.applies(responseCase, expected, theirs));
}
