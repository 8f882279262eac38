import { bufferPool } from '../transport/buffers.ts';

/** Bodies up to this size are kept, so that the request can be sent again. */
const heldLimitOctets = 65_536;

/** Enough for most requests without a body. Larger ones are left to the garbage collector. */
const smallBuffers = bufferPool(2048);

const none = Buffer.alloc(0);

/**
 * A request as it is sent, in one piece: its head, and of its body what came before it was sent or what is needed to send it again.
 * Belongs to a client connection; its memory is taken when a request begins and given back when it is over, so that an idle connection
 * holds none.
 */
export class HeldRequest {
  bytes: Buffer = none;
  /** Where the request's octets end; they begin at 0. */
  end = 0;
  private headEnd = 0;
  private repeatable = false;
  /** False: part of it is gone, so it cannot be sent again. */
  whole = true;

  /** So many octets more need no other memory. */
  get room(): number {
    return this.bytes.length - this.end;
  }

  /** Begins a request whose head takes at most so many octets: they are to be written to `bytes`, and told by `setHead`. */
  begin(octets: number, repeatable: boolean): void {
    this.repeatable = repeatable;
    this.whole = true;
    this.end = 0;
    this.reserve(octets);
  }

  setHead(end: number): void {
    this.end = end;
    this.headEnd = end;
  }

  /** Keeps a copy of a part of the body that was sent, if it may be sent again. */
  addSent(bytes: Buffer, start: number, end: number): void {
    if (!this.whole || start === end) return;
    if (this.repeatable && this.end - this.headEnd + end - start <= heldLimitOctets) this.addUnsent(bytes, start, end);
    else this.whole = false;
  }

  /**
   * Keeps a copy of a part of the body that could not be sent yet. Note: without a limit, as dropping it would lose it. The client is
   * paused meanwhile, so this stays one read.
   */
  addUnsent(bytes: Buffer, start: number, end: number): void {
    this.reserve(end - start);
    this.end += bytes.copy(this.bytes, this.end, start, end);
  }

  /** All of it was sent; from now on keeps only what may be sent again. */
  sent(): void {
    const body = this.end - this.headEnd;
    if (body > heldLimitOctets || (!this.repeatable && body > 0)) this.whole = false;
  }

  /** The request is over. `free`: no queued write refers to its octets any more, so that others may write over them. */
  release(free: boolean): void {
    if (free && this.bytes.length === smallBuffers.bytes) smallBuffers.give(this.bytes);
    this.bytes = none;
    this.end = 0;
    this.headEnd = 0;
  }

  /** Makes room for more octets. Note: the old memory is left alone, as a queued write may still refer to it. */
  private reserve(octets: number): void {
    const needed = this.end + octets;
    if (needed <= this.bytes.length) return;
    const before = this.bytes;
    this.bytes =
      needed <= smallBuffers.bytes ? smallBuffers.take() : Buffer.allocUnsafeSlow(Math.max(needed, before.length * 2));
    if (this.end > 0) before.copy(this.bytes, 0, 0, this.end);
  }
}
