import type { Addresses } from '../transport/addresses.ts';
import { crc32c } from './crc32c.ts';
import { families, fixedOctets, localCommand, proxyCommand, signature } from './octets.ts';

/** The addresses of the longest family take 216 octets; what a sender adds to them is small. */
const longestRest = 4096;

/** Of the addresses, by family. The others (UDP, Unix sockets) cannot be where a TCP connection comes from, and are left unread. */
const addressOctets: Readonly<Record<number, number>> = {
  0x00: 0,
  0x11: 12,
  0x12: 12,
  0x21: 36,
  0x22: 36,
  0x31: 216,
  0x32: 216,
};

/** A type, and the length of its value. */
const entryHeadOctets = 3;
const checksumType = 0x03;
const checksumOctets = 4;

/** What a header says: who the client is, or that the connection's own addresses hold. */
export type Said = Addresses | 'OwnAddresses';

/**
 * How many octets follow the fixed part of a header; undefined when that is not one: strictly, as all that is unknown must be refused.
 * https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt §2.2
 */
export function restOctets(fixed: Buffer): number | undefined {
  const command = fixed[12];
  const addresses = addressOctets[fixed[13] ?? -1];
  const rest = fixed.readUInt16BE(14);
  if (!fixed.subarray(0, signature.length).equals(signature)) return undefined;
  if (rest > longestRest) return undefined;
  // Of a local connection a receiver must not look at the family.
  if (command === localCommand) return rest;
  return command === proxyCommand && addresses !== undefined && rest >= addresses ? rest : undefined;
}

/** Reads a whole header, whose fixed part `restOctets` found right; undefined when it is malformed. */
export function readHeader(header: Buffer): Said | undefined {
  const isLocal = header[12] === localCommand;
  const family = header[13] ?? 0;
  const addresses = isLocal ? 0 : (addressOctets[family] ?? 0);
  // What stands behind the addresses of a local connection cannot be told from them.
  if (!isLocal && !areEntriesGood(header, fixedOctets + addresses)) return undefined;
  if (isLocal || (family !== families.ipv4 && family !== families.ipv6)) return 'OwnAddresses';

  const octets = family === families.ipv4 ? 4 : 16;
  const textOf = family === families.ipv4 ? ipv4Text : ipv6Text;
  const ports = fixedOctets + 2 * octets;
  return {
    source: { address: textOf(header, fixedOctets), port: header.readUInt16BE(ports) },
    destination: { address: textOf(header, fixedOctets + octets), port: header.readUInt16BE(ports + 2) },
  };
}

/** Each entry must end within the header, and a checksum must be right (§2.2.4). What entries say is left unread otherwise. */
function areEntriesGood(header: Buffer, start: number): boolean {
  let at = start;
  while (at < header.length) {
    if (at + entryHeadOctets > header.length) return false;
    const value = at + entryHeadOctets;
    const end = value + header.readUInt16BE(at + 1);
    if (end > header.length) return false;
    if (header[at] === checksumType && !isChecksumRight(header, value, end)) return false;
    at = end;
  }
  return true;
}

/** It was made over the whole header, with zeros in its own place. */
function isChecksumRight(header: Buffer, start: number, end: number): boolean {
  if (end - start !== checksumOctets) return false;
  const zeroed = Buffer.from(header).fill(0, start, end);
  return crc32c(zeroed) === header.readUInt32BE(start);
}

function ipv4Text(header: Buffer, start: number): string {
  return header.subarray(start, start + 4).join('.');
}

/** As RFC 5952 writes it. IPv4-mapped addresses become IPv4, as everywhere else in this program. */
function ipv6Text(header: Buffer, start: number): string {
  const groups = Array.from({ length: 8 }, (_, index) => header.readUInt16BE(start + index * 2));
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xff_ff;
  if (isMapped) return ipv4Text(header, start + 12);
  return shortened(groups);
}

/** The longest run of zeros, of two at least, becomes `::` (RFC 5952 §4.2). */
function shortened(groups: readonly number[]): string {
  let best = { start: 0, length: 1 };
  let run = 0;
  for (const [index, group] of groups.entries()) {
    run = group === 0 ? run + 1 : 0;
    if (run > best.length) best = { start: index - run + 1, length: run };
  }
  const textOf = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':');
  if (best.length < 2) return textOf(groups);
  return `${textOf(groups.slice(0, best.start))}::${textOf(groups.slice(best.start + best.length))}`;
}
