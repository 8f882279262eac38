import { ChunkedCoding } from './chunked-coding.ts';
import type { HeadLimits } from './head-limits.ts';
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
   * @param limits of the trailer section behind chunks
   */
  begin(length: BodyLength, contentLength: number, limits: HeadLimits): void {
    this.length = length;
    this.left = contentLength;
    if (length !== 'Chunked') return;
    this.chunks ??= new ChunkedCoding();
    this.chunks.begin(limits);
  }

  /** It ends where the connection does. */
  get untilClose(): boolean {
    return this.length === 'UntilClose';
  }

  /** After `incomplete`: so many of the last octets must not be passed on yet, but be given to `advance` once more with what follows. */
  get kept(): number {
    return this.length === 'Chunked' ? (this.chunks?.kept ?? 0) : 0;
  }

  /** Looks at the next octets; gives the index behind the body's last one, `incomplete` when it goes on, or `malformed`. */
  advance(bytes: Buffer, start: number, end: number): number {
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
