import { carriageReturn, lineFeed } from './octets.ts';
import { incomplete, malformed } from './verdicts.ts';

/** The index behind the CR LF at `at`; `malformed` for anything else, a CR or an LF on its own included: RFC 9112 §2.2. */
export function lineEnd(bytes: Uint8Array, at: number, end: number): number {
  if (at >= end) return incomplete;
  if (bytes[at] !== carriageReturn) return malformed;
  if (at + 1 >= end) return incomplete;
  return bytes[at + 1] === lineFeed ? at + 2 : malformed;
}
