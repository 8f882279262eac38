import { fieldTexts } from './field-values.ts';
import { type HeadLimits, octetsToLookAt } from './head-limits.ts';
import { lineEnd } from './line-end.ts';
import { colon, skipOctets, tokenOctets, valueOctets } from './octets.ts';
import { incomplete, malformed } from './verdicts.ts';

/**
 * Fields that mean nothing behind a body, or something else than in front of it: they frame, route, authenticate or describe the message,
 * or are for one hop only (RFC 9110 §6.5.1). Someone behind us may add trailers to the head, and would believe them.
 */
const forbidden = new Set([
  // How long the message is, and where it goes.
  'connection',
  'content-length',
  'expect',
  'forwarded',
  'host',
  'keep-alive',
  'max-forwards',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
  // Who asks.
  'authorization',
  'cookie',
  'proxy-authenticate',
  'proxy-authorization',
  'set-cookie',
  'www-authenticate',
  // What the body is.
  'content-encoding',
  'content-range',
  'content-type',
  'range',
]);

/**
 * Reads the field lines behind the last chunk up to their empty line (RFC 9112 §7.1.2); gives the index behind it, `incomplete`, or
 * `malformed` for what is no field, must not stand there, or is too much.
 */
export function readTrailers(bytes: Buffer, start: number, end: number, limits: HeadLimits): number {
  const bound = start + octetsToLookAt(limits);
  const next = readLines(bytes, start, Math.min(end, bound), limits.headFields);
  if (next === incomplete) return end < bound ? incomplete : malformed;
  return next !== malformed && holdsForbidden(bytes, start, next - 2) ? malformed : next;
}

function readLines(bytes: Buffer, start: number, end: number, limit: number): number {
  let at = start;
  for (let lines = 0; ; lines += 1) {
    const nameEnd = skipOctets(tokenOctets, bytes, at, end);
    if (nameEnd >= end) return incomplete;
    if (nameEnd === at) return lineEnd(bytes, at, end);
    if (bytes[nameEnd] !== colon || lines === limit) return malformed;
    at = lineEnd(bytes, skipOctets(valueOctets, bytes, nameEnd + 1, end), end);
    if (at < 0) return at;
  }
}

function holdsForbidden(bytes: Buffer, start: number, end: number): boolean {
  for (const { lowerName } of fieldTexts(bytes, start, end)) if (forbidden.has(lowerName)) return true;
  return false;
}
