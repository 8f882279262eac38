/** Beyond this many, or this much, spare buffers of a size go to the garbage collector. */
const spareLimit = 64;
const spareOctets = 4 * 1024 * 1024;

/**
 * Each read leaves so many octets free in front of what it read: a message head that we add lines to grows towards the front, and the body
 * behind it stays where it is.
 */
export const frontRoom = 256;

/** Buffers of one size that are used again. Left to the garbage collector, they would pile up between its runs. */
export class BufferPool {
  readonly bytes: number;
  private readonly spares: Buffer[] = [];
  private readonly limit: number;

  constructor(bytes: number) {
    this.bytes = bytes;
    this.limit = Math.min(spareLimit, spareOctets / bytes);
  }

  /** A buffer of its own memory. Its pages count as used only once something was written to them. */
  take(): Buffer {
    return this.spares.pop() ?? Buffer.allocUnsafeSlow(this.bytes);
  }

  /** Keeps a buffer for the next who needs one. Only for buffers that no queued write refers to. */
  give(buffer: Buffer): void {
    if (this.spares.length < this.limit) this.spares.push(buffer);
  }
}

const pools = new Map<number, BufferPool>();

/** The pool of this size: one for all who ask. */
export function bufferPool(bytes: number): BufferPool {
  let pool = pools.get(bytes);
  if (pool === undefined) {
    pool = new BufferPool(bytes);
    pools.set(bytes, pool);
  }
  return pool;
}
