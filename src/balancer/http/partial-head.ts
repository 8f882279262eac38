import { frontRoom } from '../transport/buffers.ts';
import { lineFeed } from './octets.ts';

const firstCapacity = 1024;

/** Collects a message head that comes in several reads: each read uses the same buffer, so what came before must be copied. */
export class PartialHead {
  /** The octets stand from `start` to `end`, with the usual room in front. */
  bytes: Buffer = Buffer.allocUnsafeSlow(frontRoom + firstCapacity);
  readonly start = frontRoom;
  end = frontRoom;

  static of(bytes: Buffer, start: number, end: number): PartialHead {
    const partial = new PartialHead();
    partial.add(bytes, start, end, Number.POSITIVE_INFINITY);
    return partial;
  }

  /**
   * Gives whether it is worth to read the head now: a head, or a mistake in it, is found at the end of a line. So a head that comes octet
   * by octet is not read from its beginning again for each of them.
   * @param limit how long a head may be
   */
  add(bytes: Buffer, start: number, end: number, limit: number): boolean {
    if (this.end + end - start > this.bytes.length) this.grow(end - start);
    const from = this.end;
    this.end += bytes.copy(this.bytes, from, start, end);
    const line = this.bytes.indexOf(lineFeed, from);
    return (line !== -1 && line < this.end) || this.end - this.start > limit;
  }

  private grow(octets: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, this.end + octets));
    this.bytes.copy(larger, frontRoom, frontRoom, this.end);
    this.bytes = larger;
  }
}
