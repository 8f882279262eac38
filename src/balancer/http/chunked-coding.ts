import { carriageReturn, lineFeed, space, tab } from './octets.ts';
import { incomplete, malformed } from './verdicts.ts';

/** A chunk beyond 1 TiB, or a size with more digits than that needs, is an attempt to overflow someone's number. */
const longestSizeDigits = 10;

type State =
  | 'Size'
  | 'SizeLineFeed'
  | 'Data'
  | 'DataReturn'
  | 'DataLineFeed'
  | 'TrailerStart'
  | 'TrailerLine'
  | 'TrailerLineFeed'
  | 'LastLineFeed';

/**
 * Follows the chunked coding of RFC 9112 §7.1 without changing it, strictly: sizes are bare hexadecimal digits, lines end in CR LF. Chunk
 * extensions are refused: parsers disagree about where they end, and no client of a gateway needs them.
 */
export class ChunkedCoding {
  private state: State = 'Size';
  private size = 0;
  private digits = 0;
  private trailerLeft = 0;

  /** @param trailerOctets how long the trailer section may be */
  begin(trailerOctets: number): void {
    this.state = 'Size';
    this.size = 0;
    this.digits = 0;
    this.trailerLeft = trailerOctets;
  }

  /** Looks at the octets from `start` to `end`; gives the index behind the last one of the body, `incomplete` or `malformed`. */
  advance(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end) {
      if (this.state === 'Data') {
        const taken = Math.min(this.size, end - at);
        this.size -= taken;
        at += taken;
        if (this.size === 0) this.state = 'DataReturn';
        continue;
      }
      const last = this.state === 'LastLineFeed';
      if (!this.step(bytes[at] ?? 0)) return malformed;
      at += 1;
      if (last) return at;
    }
    return incomplete;
  }

  /** Handles one octet outside chunk data; false = not allowed here. */
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
        this.state = this.size === 0 ? 'TrailerStart' : 'Data';
        return octet === lineFeed;
      case 'DataReturn':
        this.state = 'DataLineFeed';
        return octet === carriageReturn;
      case 'DataLineFeed':
        this.state = 'Size';
        this.digits = 0;
        return octet === lineFeed;
      case 'TrailerStart':
        this.state = octet === carriageReturn ? 'LastLineFeed' : 'TrailerLine';
        this.trailerLeft -= 1;
        // A leading blank would be a folded line.
        return octet !== lineFeed && octet !== space && octet !== tab;
      case 'TrailerLine':
        if (octet === carriageReturn) this.state = 'TrailerLineFeed';
        this.trailerLeft -= 1;
        return this.trailerLeft >= 0 && octet !== lineFeed && octet !== 0;
      case 'TrailerLineFeed':
        this.state = 'TrailerStart';
        return octet === lineFeed;
      case 'LastLineFeed':
        return octet === lineFeed;
      case 'Data':
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
