import { ChunkedCoding } from './chunked-coding.ts';
import type { BodyLength } from './message-body-length.ts';
import { incomplete } from './verdicts.ts';

/** Follows the bodies of one connection's messages, one after the other, to their ends, without changing them: RFC 9112 §6. */
export class MessageBody {
  private length: BodyLength = 'None';
  /** Of a body with Content-Length. */
  private left = 0;
  /** Made for the first body that needs it: most connections carry none. */
  private chunks: ChunkedCoding | undefined;

  /**
   * @param contentLength for a body of kind `Length`
   * @param trailerOctets how long a chunked body's trailer section may be
   */
  begin(length: BodyLength, contentLength: number, trailerOctets: number): void {
    this.length = length;
    this.left = contentLength;
    if (length !== 'Chunked') return;
    this.chunks ??= new ChunkedCoding();
    this.chunks.begin(trailerOctets);
  }

  /** It ends where the connection does. */
  get untilClose(): boolean {
    return this.length === 'UntilClose';
  }

  /** Looks at the next octets; gives the index behind the body's last one, `incomplete` when it goes on, or `malformed`. */
  advance(bytes: Uint8Array, start: number, end: number): number {
    switch (this.length) {
      case 'None':
        return start;
      case 'Length': {
        const taken = Math.min(this.left, end - start);
        this.left -= taken;
        return this.left === 0 ? start + taken : incomplete;
      }
      case 'Chunked':
        return this.chunks?.advance(bytes, start, end) ?? incomplete;
      case 'UntilClose':
      default:
        return incomplete;
    }
  }
}
