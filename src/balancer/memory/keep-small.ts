import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Clock } from '../../kube/clock.ts';

export interface KeepSmallOptions {
  readonly clock: Clock;
  /** Bytes of the heap that are in use, garbage included. */
  readonly heapBytes: () => number;
  /** Collects all garbage. Takes some milliseconds. */
  readonly collect: () => void;
}

const lookMilliseconds = 2000;
const allowedGarbageBytes = 2 * 1024 * 1024;

/** A large heap takes longer to walk through, so it may hold more garbage. */
const allowedGarbageShare = 0.25;

/**
 * Collects garbage when some megabytes of it have come together, until `signal` aborts. V8 by itself waits for several times as much:
 * right for a large program, but a balancer stands beside each gateway, and its memory is paid for as often. At a full load of small
 * requests this collects about every ten seconds.
 */
export async function keepMemorySmall(options: KeepSmallOptions, signal: AbortSignal): Promise<void> {
  const { clock, heapBytes, collect } = options;
  let afterLast = heapBytes();
  while (!signal.aborted) {
    await clock.sleep(lookMilliseconds, signal);
    const allowed = Math.max(allowedGarbageBytes, afterLast * allowedGarbageShare);
    if (signal.aborted || heapBytes() - afterLast < allowed) continue;
    collect();
    afterLast = heapBytes();
  }
}

export function usedHeapBytes(): number {
  return getHeapStatistics().used_heap_size;
}

/** The collector of this process. Undefined where V8 does not hand it out. */
export function garbageCollector(): (() => void) | undefined {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('globalThis.gc');
  return typeof collect === 'function' ? () => void Reflect.apply(collect, undefined, []) : undefined;
}
