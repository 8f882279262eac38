import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { garbageCollector, keepMemorySmall, usedHeapBytes } from '../../../src/balancer/memory/keep-small.ts';
import { FakeClock } from '../../kube/fake-clock.ts';

const megabyte = 1024 * 1024;

let stop: AbortController;
beforeEach(() => {
  stop = new AbortController();
});
afterEach(() => stop.abort());

/** A heap with so many live bytes; what is added is garbage until it is collected. */
function heapOf(live: number) {
  const clock = new FakeClock();
  const heap = { used: live, collections: 0 };
  const collect = (): void => {
    heap.used = live;
    heap.collections += 1;
  };
  const run = keepMemorySmall({ clock, heapBytes: () => heap.used, collect }, stop.signal);
  return { clock, heap, run };
}

describe('keepMemorySmall', () => {
  it('leaves a little garbage alone', async () => {
    const { clock, heap } = heapOf(5 * megabyte);

    heap.used += 1.9 * megabyte;
    await clock.advance(60_000);

    expect(heap.collections).toBe(0);
  });

  it('collects each time 2 MB have come together', async () => {
    const { clock, heap } = heapOf(5 * megabyte);

    for (let round = 0; round < 6; round += 1) {
      heap.used += 1.5 * megabyte;
      await clock.advance(2000);
    }

    expect(heap.collections).toBe(3);
  });

  it('allows more garbage in a large heap', async () => {
    const { clock, heap } = heapOf(100 * megabyte);

    heap.used += 24 * megabyte;
    await clock.advance(2000);
    expect(heap.collections).toBe(0);

    heap.used += megabyte;
    await clock.advance(2000);
    expect(heap.collections).toBe(1);
  });

  it('ends when told to', async () => {
    const { run } = heapOf(megabyte);

    stop.abort();

    await expect(run).resolves.toBeUndefined();
  });
});

describe('garbageCollector', () => {
  it('frees what nobody holds', () => {
    const collect = garbageCollector();
    const rubbish = Array.from({ length: 200_000 }, (_, index) => ({ index }));
    const before = usedHeapBytes();
    rubbish.length = 0;

    collect?.();

    expect(usedHeapBytes()).toBeLessThan(before - 4 * megabyte);
  });
});
