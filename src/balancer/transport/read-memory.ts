import { bufferPool, frontRoom } from './buffers.ts';

const deskOctets = 4096;
const desks = bufferPool(deskOctets);

/** Reads up to this size are copied. */
const smallOctets = deskOctets - frontRoom;

/** After so many small reads in a row a buffer is given back: the rest of what was sent at once is often small, and the next is large again. */
const smallReads = 8;

/** For who fills its buffer again and again: half the cost of a byte goes into system calls when only 64 KiB are read at once. */
const bulkOctets = 262_144;
const fullReads = 2;

/** No more of these, whatever many clients send and do not take: memory stays bounded. */
const bulkLimit = 32;
let bulkInUse = 0;

/** Where small reads are handled: the same memory for all of them, so that it stays in the processor's cache. */
let desk = desks.take();

/** What is being handled, and whether a queued write refers to it: then nothing may be read to there meanwhile. */
let handled: Buffer | undefined;
let lent = false;

/** By size: where connections read to that have no memory of their own. What is there is copied before anything else is read. */
const landings = new Map<number, Buffer>();

/**
 * Where a connection's reads go. One that is idle, or sends little at a time, holds no memory: it reads to a place that all share, and what
 * came is copied. One that sends much gets a buffer of its own, and nothing is copied.
 */
export class ReadMemory {
  private readonly octets: number;
  private readonly landing: Buffer;
  private own: Buffer | undefined;
  /** Where Node was told to read to. */
  private told: Buffer | undefined;
  /** Reads in a row. */
  private small = 0;
  private full = 0;

  /** @param octets of a buffer: `frontRoom` less are read at once */
  constructor(octets: number) {
    this.octets = octets;
    let landing = landings.get(octets);
    if (landing === undefined) {
      landing = Buffer.allocUnsafeSlow(octets - frontRoom);
      landings.set(octets, landing);
    }
    this.landing = landing;
  }

  /** So many octets were read; gives the memory that holds them, from `frontRoom` on. */
  received(count: number): Buffer {
    const { own } = this;
    lent = false;
    if (own !== undefined) {
      this.small = count > smallOctets ? 0 : this.small + 1;
      // Once it has proved to send in bulk that is not asked again.
      if (this.full < fullReads) this.full = count === own.length - frontRoom ? this.full + 1 : 0;
      handled = own;
    } else if (count > smallOctets) {
      this.small = 0;
      this.own = this.takeOwn();
      handled = this.own;
      this.landing.copy(handled, frontRoom, 0, count);
    } else {
      handled = desk;
      this.landing.copy(handled, frontRoom, 0, count);
    }
    return handled;
  }

  /** What was received is handled; gives where the next read goes, undefined = where the last one went. */
  next(): Buffer | undefined {
    // Note: Node asks for the first time when it makes the connection. That may be while what another one received is being handled.
    if (this.told === undefined) {
      this.told = this.landing;
      return this.landing;
    }
    if (lent && handled === desk) desk = desks.take();
    else if (lent && handled === this.own) this.own = this.takeOwn();
    else if (this.own?.length === this.octets && this.mayGrow()) {
      giveBack(this.own);
      this.own = this.takeOwn();
    }
    if (this.small === smallReads) this.release();
    handled = undefined;
    const into = this.own ?? this.landing;
    if (into === this.told) return undefined;
    this.told = into;
    return into === this.landing ? into : into.subarray(frontRoom);
  }

  /** The connection reads no more, or little. */
  release(): void {
    if (this.own !== undefined) giveBack(this.own);
    this.own = undefined;
    this.small = 0;
    this.full = 0;
  }

  /** It sends in bulk, and there is a large buffer for it. */
  private mayGrow(): boolean {
    return this.full === fullReads && bulkInUse < bulkLimit;
  }

  private takeOwn(): Buffer {
    if (!this.mayGrow()) return bufferPool(this.octets).take();
    bulkInUse += 1;
    return bufferPool(bulkOctets).take();
  }
}

/** A write from `bytes` is queued. True: it is what is being handled, and is the caller's until that write is done: then `giveBack`. */
export function keepHandled(bytes: Buffer): boolean {
  if (handled !== bytes || lent) return false;
  lent = true;
  return true;
}

/** Nothing refers to this memory any more. */
export function giveBack(memory: Buffer): void {
  if (memory.length === bulkOctets) bulkInUse -= 1;
  bufferPool(memory.length).give(memory);
}
