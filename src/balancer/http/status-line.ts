import { httpVersion, versionLength } from './http-version.ts';
import { lineEnd } from './line-end.ts';
import { isDigit, skipOctets, space, valueOctets, zero } from './octets.ts';
import { incomplete, malformed } from './verdicts.ts';

const codeLength = 3;

/** The first line of a response (RFC 9112 §4), used again for each: positions in the octets that were read. */
export class StatusLine {
  start = 0;
  /** False: the line ends right behind the code, against the RFC but as seen in the wild. */
  hasReason = false;
  status = 0;
  /** 11 for HTTP/1.1. */
  version = 0;

  /** Gives the index behind the line, `incomplete`, or `malformed`. */
  read(bytes: Uint8Array, start: number, end: number): number {
    this.start = start;
    this.version = httpVersion(bytes, start, end);
    if (this.version < 0) return this.version;
    if (this.version !== 11 && this.version !== 10) return malformed;
    const codeStart = start + versionLength + 1;
    const codeEnd = codeStart + codeLength;
    if (codeEnd >= end) return incomplete;
    if (bytes[codeStart - 1] !== space) return malformed;
    this.status = 0;
    for (let at = codeStart; at < codeEnd; at += 1) {
      if (!isDigit(bytes[at])) return malformed;
      this.status = this.status * 10 + (bytes[at] ?? 0) - zero;
    }
    if (this.status < 100 || this.status > 599) return malformed;
    this.hasReason = bytes[codeEnd] === space;
    return lineEnd(bytes, this.hasReason ? skipOctets(valueOctets, bytes, codeEnd, end) : codeEnd, end);
  }
}
