import type { BodyWalk } from './body-walk.ts';

const cr = 13;
const lf = 10;

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
 * The chunked coding of RFC 9112 §7.1, strictly: sizes are bare hexadecimal digits, lines end in CR LF. Chunk extensions are refused:
 * parsers disagree about where they end, and no client of a gateway needs them.
 */
export function createChunkWalk(trailerBytes: number): BodyWalk {
  let state: State = 'Size';
  let size = 0;
  let digits = 0;
  let trailerLeft = trailerBytes;

  /** Handles one byte outside chunk data; false = not allowed here. */
  function step(byte: number): boolean {
    switch (state) {
      case 'Size': {
        if (byte === cr && digits > 0) {
          state = 'SizeLineFeed';
          return true;
        }
        const digit = hexDigit(byte);
        size = size * 16 + digit;
        digits += 1;
        return digit >= 0 && digits <= longestSizeDigits;
      }
      case 'SizeLineFeed':
        state = size === 0 ? 'TrailerStart' : 'Data';
        return byte === lf;
      case 'DataReturn':
        state = 'DataLineFeed';
        return byte === cr;
      case 'DataLineFeed':
        state = 'Size';
        digits = 0;
        return byte === lf;
      case 'TrailerStart':
        state = byte === cr ? 'LastLineFeed' : 'TrailerLine';
        trailerLeft -= 1;
        // A leading blank would be a folded line.
        return byte !== lf && byte !== 0x20 && byte !== 0x09;
      case 'TrailerLine':
        if (byte === cr) state = 'TrailerLineFeed';
        trailerLeft -= 1;
        return trailerLeft >= 0 && byte !== lf && byte !== 0;
      case 'TrailerLineFeed':
        state = 'TrailerStart';
        return byte === lf;
      case 'LastLineFeed':
        return byte === lf;
      case 'Data':
      default:
        return false;
    }
  }

  return {
    advance(bytes, from) {
      let position = from;
      while (position < bytes.length) {
        if (state === 'Data') {
          const taken = Math.min(size, bytes.length - position);
          size -= taken;
          position += taken;
          if (size === 0) state = 'DataReturn';
          continue;
        }
        const last = state === 'LastLineFeed';
        if (!step(bytes[position] ?? 0)) return 'Bad';
        position += 1;
        if (last) return position;
      }
      return 'More';
    },
  };
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
