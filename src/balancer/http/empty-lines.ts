import { carriageReturn, lineFeed } from './octets.ts';

/** RFC 9112 §2.2: empty lines before a request are ignored. */
export function behindEmptyLines(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at + 1 < end && bytes[at] === carriageReturn && bytes[at + 1] === lineFeed) at += 2;
  return at;
}

export function isHalfEmptyLine(bytes: Buffer, start: number, end: number): boolean {
  return start + 1 === end && bytes[start] === carriageReturn;
}
