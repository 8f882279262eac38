import { cutLines } from './kept-lines.ts';
import { upgradeLines, viaLine } from './own-lines.ts';
import type { ResponseHead } from './response-head.ts';

const close = 'Connection: close\r\n';
const added = Buffer.from(viaLine(false), 'latin1');
const addedToLast = Buffer.from(`${viaLine(false)}${close}`, 'latin1');

/** `HTTP/1.1 200` */
const codeLength = 12;
const minorDigitAt = 7;
const one = 0x31;
const blank = Buffer.from(' ', 'latin1');

/**
 * Changes a response's head to what the client gets, in its place: it ends where it ended, in front of the body that came with it, so
 * that both are written at once and no body is copied. Our lines go behind the status line: then only that one has to move, towards the
 * front. Gives where the head begins now, less than `frontRoom` octets before.
 * @param last this is the last response on the client's connection
 */
export function forwardResponse(head: ResponseHead, bytes: Buffer, last: boolean): number {
  const { line, fields, status, old } = head;
  const isLast = last && status >= 200;
  const lines = old || status === 101 ? rareLines(head, bytes, isLast) : isLast ? addedToLast : added;
  // Whatever the backend speaks, we speak HTTP/1.1: RFC 9112 §2.3.
  if (old) bytes[line.start + minorDigitAt] = one;
  let start = fields.cuts.count === 0 ? line.start : cutLines(fields, bytes, line.start);
  const lineEnd = fields.start + start - line.start;
  // The order of Via fields is the way that the message took: RFC 9110 §7.6.3.
  start = insert(bytes, start, fields.via ? fields.end : lineEnd, lines);
  // RFC 9112 §4: the blank behind the code is there also when no reason follows.
  return line.hasReason ? start : insert(bytes, start, start + codeLength, blank);
}

/** Inserts at `at` by moving what is between `start` and there towards the front. Gives the new start. */
function insert(bytes: Buffer, start: number, at: number, inserted: Buffer): number {
  const { length } = inserted;
  // A short line: a loop is done before a call into the runtime has begun.
  for (let index = start; index < at; index += 1) bytes[index - length] = bytes[index] ?? 0;
  bytes.set(inserted, at - length);
  return start - length;
}

function rareLines({ fields, status, old }: ResponseHead, bytes: Buffer, last: boolean): Buffer {
  const end = status === 101 ? upgradeLines(fields.upgradeValues(bytes)) : last ? close : '';
  return Buffer.from(`${viaLine(old)}${end}`, 'latin1');
}
