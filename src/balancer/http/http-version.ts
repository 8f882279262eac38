import { isDigit, octets, zero } from './octets.ts';
import { incomplete, malformed } from './verdicts.ts';

/** A zero stands for any digit. */
const form = octets('HTTP/0.0');
const majorAt = 5;
const minorAt = 7;

/** How many octets a version takes. */
export const versionLength = form.length;

/**
 * The version that stands at `start` (RFC 9112 §2.3): 11 for `HTTP/1.1`. Looks at each octet alone, so that what is wrong is refused
 * before all of it is there.
 */
export function httpVersion(bytes: Uint8Array, start: number, end: number): number {
  for (let index = 0; index < form.length; index += 1) {
    if (start + index >= end) return incomplete;
    const octet = bytes[start + index];
    if (form[index] === zero ? !isDigit(octet) : octet !== form[index]) return malformed;
  }
  return ((bytes[start + majorAt] ?? 0) - zero) * 10 + (bytes[start + minorAt] ?? 0) - zero;
}
