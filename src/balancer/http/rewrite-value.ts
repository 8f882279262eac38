import { space, tab, zero } from './octets.ts';

/*
 * Fields whose value someone behind us could read in another way are written anew where they stand: the value at the end of its line,
 * spaces in front of it. Its line keeps its length, so that nothing has to move. All values stand from `start`, right behind the colon, to
 * `end`, where the line ends.
 */

/** Whether the digits from `valueStart` to `valueEnd` can be read in one way only: no blanks but one space before, no leading zero. */
export function isPlainNumber(
  bytes: Uint8Array,
  start: number,
  valueStart: number,
  valueEnd: number,
  end: number,
): boolean {
  if (valueEnd !== end || valueStart - start > 1 || bytes[start] === tab) return false;
  return bytes[valueStart] !== zero || valueEnd - valueStart === 1;
}

/** The caller knows that there is room for `value`. */
export function writeAtEnd(bytes: Uint8Array, start: number, end: number, value: Uint8Array): void {
  const valueStart = end - value.length;
  for (let at = start; at < valueStart; at += 1) bytes[at] = space;
  for (let index = 0; index < value.length; index += 1) bytes[valueStart + index] = value[index] ?? 0;
}

/** Writes a number that is no larger than the one that stood there. */
export function writeNumber(bytes: Uint8Array, start: number, end: number, value: number): void {
  let left = value;
  let at = end;
  do {
    at -= 1;
    bytes[at] = zero + (left % 10);
    left = Math.floor(left / 10);
  } while (left > 0);
  for (at -= 1; at >= start; at -= 1) bytes[at] = space;
}
