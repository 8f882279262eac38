import type { HeadLimits } from './head-limits.ts';
import { carriageReturn, lineFeed } from './octets.ts';
import { readTrailers } from './trailer-section.ts';
import { incomplete, malformed } from './verdicts.ts';

/** A chunk beyond 1 TiB, or a size with more digits than that needs, is an attempt to overflow someone's number. */
const longestSizeDigits = 10;

type State = 'Size' | 'SizeLineFeed' | 'Data' | 'DataReturn' | 'DataLineFeed' | 'Trailers';

/**
 * Follows the chunked coding of RFC 9112 §7.1 without changing it, strictly: sizes are bare hexadecimal digits, lines end in CR LF. Chunk
 * extensions (§7.1.1) are refused: parsers disagree about where they end, and no client of a gateway needs them.
 */
export class ChunkedCoding {
  private state: State = 'Size';
  private size = 0;
  private digits = 0;
  private limits: HeadLimits = { headBytes: 0, headFields: 0 };
  /**
   * After `incomplete`: so many of the last octets are the start of a trailer section. They must not be passed on before all of it was
   * checked: they are to be given to `advance` once more, with what follows them.
   */
  kept = 0;

  /** @param limits of the trailer section */
  begin(limits: HeadLimits): void {
    this.state = 'Size';
    this.size = 0;
    this.digits = 0;
    this.limits = limits;
    this.kept = 0;
  }

  /** Looks at the octets from `start` to `end`; gives the index behind the last one of the body, `incomplete` or `malformed`. */
  advance(bytes: Buffer, start: number, end: number): number {
    let at = start;
    this.kept = 0;
    while (at < end) {
      if (this.state === 'Data') {
        const taken = Math.min(this.size, end - at);
        this.size -= taken;
        at += taken;
        if (this.size === 0) this.state = 'DataReturn';
        continue;
      }
      if (this.state === 'Trailers') {
        const next = readTrailers(bytes, at, end, this.limits);
        if (next === incomplete) this.kept = end - at;
        return next;
      }
      if (!this.step(bytes[at] ?? 0)) return malformed;
      at += 1;
    }
    return incomplete;
  }

  /** Handles one octet of what is around the chunks' data; false = not allowed here. */
  private step(octet: number): boolean {
    switch (this.state) {
      case 'Size': {
        if (octet === carriageReturn && this.digits > 0) {
          this.state = 'SizeLineFeed';
          return true;
        }
        const digit = hexDigit(octet);
        this.size = this.size * 16 + digit;
        this.digits += 1;
        return digit >= 0 && this.digits <= longestSizeDigits;
      }
      case 'SizeLineFeed':
        this.state = this.size === 0 ? 'Trailers' : 'Data';
        return octet === lineFeed;
      case 'DataReturn':
        this.state = 'DataLineFeed';
        return octet === carriageReturn;
      case 'DataLineFeed':
        this.state = 'Size';
        this.digits = 0;
        return octet === lineFeed;
      case 'Data':
      case 'Trailers':
      default:
        return false;
    }
  }
}

function hexDigit(octet: number): number {
  if (octet >= 0x30 && octet <= 0x39) return octet - 0x30;
  const lower = octet | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
