/**
 * Tables with 1 for each octet of a kind. Looking an octet up is the cheapest test there is, and the regular expressions below, which
 * run only once, can be compared with the RFC letter by letter.
 */

/** What methods and field names are made of: RFC 9110 §5.6.2. */
export const tokenOctets = octetsOf(/[!#$%&'*+\-.^_`|~0-9A-Za-z]/);

/** What field values and reason phrases may hold: RFC 9110 §5.5. No CR, LF or NUL, nor any other control character but the tab. */
export const valueOctets = octetsOf(/[\t\x20-\x7e\x80-\xff]/);

/** What a request target may hold. No blank and no fragment: RFC 9112 §3.2. */
export const targetOctets = octetsOf(/[\x21\x22\x24-\x7e]/);

/**
 * What a registered name or an IPv4 address may hold beside percent codes: RFC 3986 §3.2.2. No comma, though it is allowed there: a list
 * of hosts is an attack.
 */
export const hostNameOctets = octetsOf(/[A-Za-z0-9\-._~!$&'()*+;=]/);

const hexDigits = octetsOf(/[0-9A-Fa-f]/);

/** What may stand between the brackets of an IPv6 address. */
export const bracketedOctets = octetsOf(/[0-9A-Fa-f:.]/);

export const tab = 0x09;
export const lineFeed = 0x0a;
export const carriageReturn = 0x0d;
export const space = 0x20;
export const percent = 0x25;
export const zero = 0x30;
export const colon = 0x3a;

function octetsOf(form: RegExp): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, octet) => Number(form.test(String.fromCharCode(octet))));
}

/** The index of the first octet that is not of the kind, from `start` on; `end` when all of them are. */
export function skipOctets(kind: Uint8Array, bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && kind[bytes[at] ?? 0] === 1) at += 1;
  return at;
}

export function isDigit(octet: number | undefined): boolean {
  return octet !== undefined && octet >= 0x30 && octet <= 0x39;
}

export function isHexDigit(octet: number | undefined): boolean {
  return octet !== undefined && hexDigits[octet] === 1;
}

/** The octets of an ASCII word, to compare with. */
export function octets(word: string): Uint8Array {
  return Buffer.from(word, 'latin1');
}

/** Whether `word` stands at `start`, letter case included. The caller knows that so many octets are there. */
export function isAt(word: Uint8Array, bytes: Uint8Array, start: number): boolean {
  for (let index = 0; index < word.length; index += 1) {
    if (bytes[start + index] !== word[index]) return false;
  }
  return true;
}

/**
 * As `isAt`, in any letter case. `lowerWord` holds nothing but lower-case letters and hyphens: then no octet of a field name or value but
 * the letter itself, capital or small, becomes equal when the bit is set that tells them apart.
 */
export function isAtInAnyCase(lowerWord: Uint8Array, bytes: Uint8Array, start: number): boolean {
  for (let index = 0; index < lowerWord.length; index += 1) {
    if (((bytes[start + index] ?? 0) | 0x20) !== lowerWord[index]) return false;
  }
  return true;
}
