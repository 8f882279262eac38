import { bracketedOctets, colon, hostNameOctets, isDigit, isHexDigit, percent, skipOctets } from './octets.ts';

const openingBracket = 0x5b;
const closingBracket = 0x5d;
const longestPort = 5;

/** Whether a Host is a name or an address with an optional port: no list, no path, no user information (RFC 9110 §7.2). */
export function isHost(bytes: Uint8Array, start: number, end: number): boolean {
  const hostEnd = bytes[start] === openingBracket ? endOfBracketed(bytes, start, end) : endOfName(bytes, start, end);
  if (hostEnd === start) return false;
  if (hostEnd === end) return true;
  return bytes[hostEnd] === colon && isPort(bytes, hostEnd + 1, end);
}

function endOfName(bytes: Uint8Array, start: number, end: number): number {
  let at = skipOctets(hostNameOctets, bytes, start, end);
  // RFC 3986 §2.1: two digits, or what they stand for is up to the reader.
  while (at + 2 < end && bytes[at] === percent && isHexDigit(bytes[at + 1]) && isHexDigit(bytes[at + 2])) {
    at = skipOctets(hostNameOctets, bytes, at + 3, end);
  }
  return at;
}

/** The index behind the closing bracket; `start` when there is none, or nothing inside. */
function endOfBracketed(bytes: Uint8Array, start: number, end: number): number {
  const at = skipOctets(bracketedOctets, bytes, start + 1, end);
  return at > start + 1 && at < end && bytes[at] === closingBracket ? at + 1 : start;
}

/** May be empty: RFC 3986 §3.2.3. */
function isPort(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) if (!isDigit(bytes[at])) return false;
  return end - start <= longestPort;
}
