/** So many looks take a few microseconds; who holds the lock needs less, unless the system has taken its core away. */
const looks = 200;

/** How long one waits then, before it looks again. */
const waitMilliseconds = 1;

const free = 0;

/**
 * A lock over a few memory accesses, for threads that share the memory. It holds the number of its owner, so that the lock of a thread
 * that died can be opened.
 * @param owner this thread's number, from 1
 */
export class SpinLock {
  private readonly cells: Int32Array;
  private readonly index: number;
  private readonly owner: number;

  constructor(cells: Int32Array, index: number, owner: number) {
    this.cells = cells;
    this.index = index;
    this.owner = owner;
  }

  acquire(): void {
    for (let look = 0; look < looks; look += 1) {
      if (Atomics.compareExchange(this.cells, this.index, free, this.owner) === free) return;
    }
    this.waitAndAcquire();
  }

  release(): void {
    Atomics.store(this.cells, this.index, free);
  }

  /** Note: nobody is told of a release, which would cost each of them a system call. */
  private waitAndAcquire(): void {
    while (true) {
      const holder = Atomics.compareExchange(this.cells, this.index, free, this.owner);
      if (holder === free) return;
      Atomics.wait(this.cells, this.index, holder, waitMilliseconds);
    }
  }
}

/** Opens the lock if this thread holds it, which is dead. */
export function openLockOf(owner: number, cells: Int32Array, index: number): void {
  Atomics.compareExchange(cells, index, owner, free);
}
