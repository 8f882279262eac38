import { frontRoom } from '../transport/buffers.ts';
import { type HeadLimits, octetsToLookAt } from './head-limits.ts';
import { lineFeed } from './octets.ts';

const firstCapacity = 1024;

/**
 * Collects a message head, or a trailer section, that comes in several reads: each read uses the same buffer, so what came before must be
 * copied.
 */
export class PartialHead {
  /** The octets stand from `start` to `end`, with the usual room in front. */
  bytes: Buffer = Buffer.allocUnsafeSlow(frontRoom + firstCapacity);
  readonly start = frontRoom;
  end = frontRoom;

  static of(bytes: Buffer, start: number, end: number): PartialHead {
    const partial = new PartialHead();
    partial.copy(bytes, start, end);
    return partial;
  }

  /**
   * Gives whether it is worth to read the head now: a head, or a mistake in it, is found at the end of a line. So a head that comes octet
   * by octet is not read from its beginning again for each of them.
   * @param limits how large a head may be
   */
  add(bytes: Buffer, start: number, end: number, limits: HeadLimits): boolean {
    const from = this.end;
    this.copy(bytes, start, end);
    const line = this.bytes.indexOf(lineFeed, from);
    return (line !== -1 && line < this.end) || this.end - this.start >= octetsToLookAt(limits);
  }

  private copy(bytes: Buffer, start: number, end: number): void {
    if (this.end + end - start > this.bytes.length) this.grow(end - start);
    this.end += bytes.copy(this.bytes, this.end, start, end);
  }

  private grow(octets: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, this.end + octets));
    this.bytes.copy(larger, frontRoom, frontRoom, this.end);
    this.bytes = larger;
  }
}
