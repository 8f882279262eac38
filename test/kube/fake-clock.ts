import type { Clock } from '../../src/kube/clock.ts';

interface Sleeper {
  readonly dueAt: number;
  wake(): void;
}

/** A clock that moves only when told to. */
export interface FakeClock extends Clock {
  /** Moves time on and wakes, in order, who is due; lets them run before it resolves. */
  advance(milliseconds: number): Promise<void>;
  /** How many are asleep now. */
  readonly sleepers: number;
  /** When the next one is due, in milliseconds from now. */
  readonly nextDueMilliseconds: number | undefined;
}

/** Time starts at 0 on the monotonic clock, and at `startsAt` on the wall. */
export function fakeClock(startsAt: Date = new Date('2026-01-01T00:00:00Z')): FakeClock {
  let elapsed = 0;
  const sleepers = new Set<Sleeper>();
  const next = (): Sleeper | undefined => [...sleepers].toSorted((a, b) => a.dueAt - b.dueAt)[0];

  return {
    monotonicMilliseconds: () => elapsed,
    now: () => new Date(startsAt.getTime() + elapsed),
    sleep: (milliseconds, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) {
          resolve();
          return;
        }
        const sleeper: Sleeper = {
          dueAt: elapsed + Math.max(milliseconds, 0),
          wake() {
            sleepers.delete(sleeper);
            signal.removeEventListener('abort', sleeper.wake);
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal.addEventListener('abort', sleeper.wake);
      }),
    async advance(milliseconds) {
      const target = elapsed + milliseconds;
      await settle();
      for (let due = next(); due !== undefined && due.dueAt <= target; due = next()) {
        elapsed = Math.max(elapsed, due.dueAt);
        due.wake();
        await settle();
      }
      elapsed = target;
    },
    get sleepers() {
      return sleepers.size;
    },
    get nextDueMilliseconds() {
      const due = next();
      return due === undefined ? undefined : due.dueAt - elapsed;
    },
  };
}

/** Lets everything that is ready to run, run: a turn of the event loop is after every microtask. */
function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
