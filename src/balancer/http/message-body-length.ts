import { isDigit, zero } from './octets.ts';
import { malformed } from './verdicts.ts';

/** How the end of a message body is found: RFC 9112 §6.3. */
export type BodyLength = 'None' | 'Length' | 'Chunked' | 'UntilClose';

/** A number with more digits might not be kept exactly by the next one who reads it. */
const longestLength = 15;

/** The value of Content-Length and the like, or `malformed`: digits and nothing else (RFC 9110 §8.6). */
export function wholeNumber(bytes: Uint8Array, start: number, end: number): number {
  if (end === start || end - start > longestLength) return malformed;
  let length = 0;
  for (let at = start; at < end; at += 1) {
    const octet = bytes[at] ?? 0;
    if (!isDigit(octet)) return malformed;
    length = length * 10 + octet - zero;
  }
  return length;
}
