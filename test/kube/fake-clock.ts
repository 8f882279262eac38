import type { Clock } from '../../src/kube/clock.ts';

interface Sleeper {
  readonly dueAt: number;
  readonly wake: () => void;
}

/** A clock that moves only when told to. Time starts at 0 on the monotonic clock, and at `startsAt` on the wall. */
export class FakeClock implements Clock {
  readonly #startsAt: Date;
  readonly #sleepers = new Set<Sleeper>();
  #elapsed = 0;

  constructor(startsAt: Date = new Date('2026-01-01T00:00:00Z')) {
    this.#startsAt = startsAt;
  }

  /** How many are asleep now. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  /** In how many milliseconds the next one wakes. */
  get nextDueMilliseconds(): number | undefined {
    const next = this.#next();
    return next === undefined ? undefined : next.dueAt - this.#elapsed;
  }

  monotonicMilliseconds(): number {
    return this.#elapsed;
  }

  now(): Date {
    return new Date(this.#startsAt.getTime() + this.#elapsed);
  }

  sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) {
        resolve();
        return;
      }
      const wake = (): void => {
        this.#sleepers.delete(sleeper);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const sleeper: Sleeper = { dueAt: this.#elapsed + Math.max(milliseconds, 0), wake };
      this.#sleepers.add(sleeper);
      signal.addEventListener('abort', wake);
    });
  }

  /** Moves time on and wakes, in order, who is due; lets each of them run before the next. */
  async advance(milliseconds: number): Promise<void> {
    const target = this.#elapsed + milliseconds;
    await settle();
    for (let due = this.#next(); due !== undefined && due.dueAt <= target; due = this.#next()) {
      this.#elapsed = Math.max(this.#elapsed, due.dueAt);
      due.wake();
      await settle();
    }
    this.#elapsed = target;
  }

  #next(): Sleeper | undefined {
    let next: Sleeper | undefined;
    for (const sleeper of this.#sleepers) {
      if (next === undefined || sleeper.dueAt < next.dueAt) next = sleeper;
    }
    return next;
  }
}

/** Lets everything that is ready to run, run: a turn of the event loop comes after every microtask. */
function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
