import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { frontRoom } from '../../../src/balancer/transport/buffers.ts';
import { giveBack, keepHandled, ReadMemory } from '../../../src/balancer/transport/read-memory.ts';

const octets = 65_536;
const bulkOctets = 262_144;
const bulkLimit = 32;

/** A connection as Node's core reads it: to where it was told last. */
class Connection {
  readonly memory: ReadMemory;
  private into: Buffer;

  constructor(bytes = octets) {
    this.memory = new ReadMemory(bytes);
    this.into = this.told();
  }

  /** How much can be read at once. */
  get room(): number {
    return this.into.length;
  }

  /** Reads so many octets of this value; gives the memory that holds them while they are handled. */
  read(count: number, value = 1): Buffer {
    this.into.fill(value, 0, count);
    return this.memory.received(count);
  }

  /** What was read is handled. */
  done(): void {
    this.into = this.memory.next() ?? this.into;
  }

  private told(): Buffer {
    const first = this.memory.next();
    if (first === undefined) throw new Error('Node must be told where to read to');
    return first;
  }
}

function holds(memory: Buffer, count: number, value: number): boolean {
  return memory.subarray(frontRoom, frontRoom + count).every((octet) => octet === value);
}

/** Fills its buffer until it has a large one. */
function sendInBulk(connection: Connection): void {
  for (let reads = 0; reads < 3; reads += 1) {
    connection.read(connection.room);
    connection.done();
  }
}

describe('ReadMemory', () => {
  it('handles small reads of all connections in the same memory', () => {
    const one = new Connection();
    const other = new Connection();

    const first = one.read(100, 1);
    const firstHeld = holds(first, 100, 1);
    one.done();
    const second = other.read(200, 2);
    other.done();

    expect(firstHeld).toBe(true);
    expect(holds(second, 200, 2)).toBe(true);
    expect(second).toBe(first);
  });

  it.each([
    ['after', (bytes: Buffer) => ({ kept: keepHandled(bytes), made: new Connection() })],
    ['before', (bytes: Buffer) => ({ made: new Connection(), kept: keepHandled(bytes) })],
  ])('leaves what a queued write refers to alone also when a connection is made %s it was queued', (_, handle) => {
    const one = new Connection();
    one.read(5000, 1);
    one.done();

    const queued = one.read(5000, 1);
    const { kept, made } = handle(queued);
    one.done();
    one.read(5000, 2);
    one.done();
    made.read(5000, 3);
    made.done();

    expect(kept).toBe(true);
    expect(holds(queued, 5000, 1)).toBe(true);
    giveBack(queued);
  });

  it('leaves what a queued write refers to alone until it is given back', () => {
    const one = new Connection();
    const other = new Connection();

    const queued = one.read(100, 1);
    const kept = keepHandled(queued);
    one.done();
    const next = other.read(100, 2);
    other.done();

    expect(kept).toBe(true);
    expect(next).not.toBe(queued);
    expect(holds(queued, 100, 1)).toBe(true);
    giveBack(queued);
  });

  it('lends memory only once, and only what is being handled', () => {
    const one = new Connection();

    const queued = one.read(100);
    const answers = [keepHandled(Buffer.alloc(10)), keepHandled(queued), keepHandled(queued)];
    one.done();
    const late = keepHandled(queued);

    expect(answers).toEqual([false, true, false]);
    expect(late).toBe(false);
    giveBack(queued);
  });

  it('gives who sends much a buffer of its own, and does not copy any more', () => {
    const one = new Connection();

    one.read(50_000, 1);
    one.done();
    const large = one.read(60_000, 2);
    const largeHeld = holds(large, 60_000, 2);
    one.done();
    const small = one.read(10, 3);
    one.done();

    expect(largeHeld).toBe(true);
    expect(holds(small, 10, 3)).toBe(true);
    expect(small).toBe(large);
    one.memory.release();
  });

  it('takes the buffer back after eight small reads in a row', () => {
    const one = new Connection();
    one.read(50_000);
    one.done();

    const memories = Array.from({ length: 9 }, () => {
      const memory = one.read(10);
      one.done();
      return memory.length;
    });

    expect(memories).toEqual([...Array.from({ length: 8 }, () => octets), 4096]);
  });

  it('reads more at once for who fills its buffer twice', () => {
    const one = new Connection();
    const before = one.room;

    sendInBulk(one);

    expect(before).toBe(octets - frontRoom);
    expect(one.room).toBe(bulkOctets - frontRoom);
    one.memory.release();
  });

  it('keeps reading more while writes are queued', () => {
    const one = new Connection();
    sendInBulk(one);

    const queued = one.read(100_000, 7);
    keepHandled(queued);
    one.done();
    const next = one.read(100_000, 8);
    one.done();

    expect(next).not.toBe(queued);
    expect(next).toHaveLength(bulkOctets);
    expect(holds(queued, 100_000, 7)).toBe(true);
    giveBack(queued);
    one.memory.release();
  });

  it('has a bounded number of large buffers', () => {
    const connections = Array.from({ length: bulkLimit + 1 }, () => new Connection());

    for (const connection of connections) sendInBulk(connection);
    const rooms = connections.map(({ room }) => room + frontRoom);
    for (const connection of connections) connection.memory.release();
    const late = new Connection();
    sendInBulk(late);

    expect(rooms).toEqual([...Array.from({ length: bulkLimit }, () => bulkOctets), octets]);
    expect(late.room + frontRoom).toBe(bulkOctets);
    late.memory.release();
  });

  it('never lets two connections read to where a write is queued, whatever comes in which order', () => {
    const step = fc.record({
      connection: fc.nat(2),
      count: fc.oneof(fc.integer({ min: 1, max: 3840 }), fc.integer({ min: 3841, max: 10_000 }), fc.constant(0)),
      queue: fc.boolean(),
      flush: fc.boolean(),
    });

    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const connections = [new Connection(16_384), new Connection(16_384), new Connection(16_384)];
        const queued: { memory: Buffer; count: number; value: number }[] = [];
        for (const [index, { connection, count, queue, flush }] of steps.entries()) {
          const one = connections[connection];
          if (one === undefined) continue;
          const value = (index % 250) + 1;
          const length = count === 0 ? one.room : count;
          const memory = one.read(length, value);
          expect(holds(memory, length, value)).toBe(true);
          if (queue && keepHandled(memory)) queued.push({ memory, count: length, value });
          one.done();
          for (const write of queued) expect(holds(write.memory, write.count, write.value)).toBe(true);
          if (flush) for (const write of queued.splice(0)) giveBack(write.memory);
        }
        for (const write of queued) giveBack(write.memory);
        for (const { memory } of connections) memory.release();
      }),
    );
  });
});
