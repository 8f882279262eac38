import type { Accepted } from '../transport/accepted.ts';
import { type ExactReading, readExactly } from '../transport/exact-reader.ts';
import { fixedOctets } from './octets.ts';
import { readHeader, restOctets, type Said } from './read-header.ts';

/** One of these is called, once. */
export interface HeaderHandler {
  /** The connection begins behind the header now. */
  onHeader(accepted: Accepted, said: Said): void;
  /** What comes is no such header. The connection is still there: to be reset. */
  onMalformed(): void;
  onClosed(): void;
}

/** Reads the header that a connection must begin with, and nothing behind it. How long it may take is for the caller to say. */
export function receiveHeader(accepted: Accepted, handler: HeaderHandler): ExactReading {
  let said: Said | undefined;

  function more(octets: Buffer): number {
    if (octets.length === fixedOctets) {
      const rest = restOctets(octets);
      if (rest === undefined || rest > 0) return rest ?? 0;
    }
    said = readHeader(octets);
    return 0;
  }

  return readExactly(
    accepted,
    fixedOctets,
    more,
    (given) => {
      if (said === undefined) handler.onMalformed();
      else handler.onHeader(given, said);
    },
    () => handler.onClosed(),
  );
}
