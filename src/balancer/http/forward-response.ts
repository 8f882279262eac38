import { cutLines } from './kept-lines.ts';
import { upgradeLines, viaLine } from './own-lines.ts';
import type { ResponseHead } from './response-head.ts';

const close = 'Connection: close\r\n';
const added = Buffer.from(`${viaLine(false)}\r\n`, 'latin1');
const addedToLast = Buffer.from(`${viaLine(false)}${close}\r\n`, 'latin1');

const emptyLineLength = 2;

/** `HTTP/1.1 200` */
const codeLength = 12;
const minorDigitAt = 7;
const one = 0x31;
const blank = Buffer.from(' ', 'latin1');

/**
 * Changes a response's head to what the client gets, in its place: it ends where it ended, in front of the body that came with it, so
 * that both are written at once and no body is copied. Gives where it begins now, less than `frontRoom` octets before.
 * @param last this is the last response on the client's connection
 */
export function forwardResponse(head: ResponseHead, bytes: Buffer, last: boolean): number {
  const { line, fields, status, old } = head;
  // Whatever the backend speaks, we speak HTTP/1.1: RFC 9112 §2.3.
  if (old) bytes[line.start + minorDigitAt] = one;
  const isLast = last && status >= 200;
  const lines = old || status === 101 ? rareLines(head, bytes, isLast) : isLast ? addedToLast : added;
  let start = cutLines(fields, bytes, line.start);
  start = insert(bytes, start, fields.end, lines);
  // RFC 9112 §4: the blank behind the code is there also when no reason follows.
  return line.hasReason ? start : insertBlank(bytes, start);
}

/** Puts `lines`, which end with the empty one, in place of the empty line at `end`: what is in front of it moves towards the front. */
function insert(bytes: Buffer, start: number, end: number, lines: Buffer): number {
  const moved = lines.length - emptyLineLength;
  bytes.copyWithin(start - moved, start, end);
  bytes.set(lines, end - moved);
  return start - moved;
}

function insertBlank(bytes: Buffer, start: number): number {
  bytes.copyWithin(start - 1, start, start + codeLength);
  bytes.set(blank, start - 1 + codeLength);
  return start - 1;
}

function rareLines({ fields, status, old }: ResponseHead, bytes: Buffer, last: boolean): Buffer {
  const end = status === 101 ? upgradeLines(fields.upgradeValues(bytes)) : last ? close : '';
  return Buffer.from(`${viaLine(old)}${end}\r\n`, 'latin1');
}
