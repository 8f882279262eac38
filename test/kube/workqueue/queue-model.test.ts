import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { WorkQueue } from '../../../src/kube/workqueue/queue.ts';
import { FakeClock } from '../fake-clock.ts';

/** What the queue has to be, said with plain sets: slow and obvious. */
class Model {
  now = 0;
  arrivals = 0;
  readonly ready = new Map<string, { priority: number; arrival: number }>();
  readonly waiting = new Map<string, { due: number; priority: number }>();
  readonly running = new Map<string, number>();
  readonly again = new Map<string, number>();

  add(key: string, priority: number): void {
    if (this.running.has(key)) {
      this.again.set(key, Math.max(priority, this.again.get(key) ?? priority));
      return;
    }
    const known = this.ready.get(key);
    this.ready.set(key, {
      priority: Math.max(priority, known?.priority ?? priority),
      arrival: known?.arrival ?? this.arrivals++,
    });
  }

  addAfter(key: string, delay: number, priority: number): void {
    const known = this.waiting.get(key);
    this.waiting.set(key, {
      due: Math.min(this.now + delay, known?.due ?? Number.POSITIVE_INFINITY),
      priority: Math.max(priority, known?.priority ?? priority),
    });
  }

  advance(milliseconds: number): void {
    this.now += milliseconds;
    const due = [...this.waiting].filter(([, entry]) => entry.due <= this.now);
    for (const [key, entry] of due.sort(([, a], [, b]) => a.due - b.due)) {
      this.waiting.delete(key);
      this.add(key, entry.priority);
    }
  }

  next(): string | undefined {
    const [first] = [...this.ready].sort(([, a], [, b]) => b.priority - a.priority || a.arrival - b.arrival);
    if (first === undefined) return undefined;
    this.ready.delete(first[0]);
    this.running.set(first[0], first[1].priority);
    return first[0];
  }

  done(key: string): void {
    this.running.delete(key);
    const priority = this.again.get(key);
    if (priority === undefined) return;
    this.again.delete(key);
    this.ready.set(key, { priority, arrival: this.arrivals++ });
  }
}

interface Real {
  readonly clock: FakeClock;
  readonly queue: WorkQueue;
  /** Keys handed out and not done: the queue must never hand one of them out. */
  readonly held: Set<string>;
}

type Command = fc.AsyncCommand<Model, Real>;

const command = (name: string, run: (model: Model, real: Real) => Promise<void> | void): Command => ({
  check: () => true,
  run: async (model, real) => {
    await run(model, real);
    expect(real.queue.length).toBe(model.ready.size);
  },
  toString: () => name,
});

const add = (key: string, priority: number): Command =>
  command(`add(${key}, ${priority})`, (model, { queue }) => {
    queue.add(key, { priority });
    model.add(key, priority);
  });

const addAfter = (key: string, delay: number, priority: number): Command =>
  command(`addAfter(${key}, ${delay}, ${priority})`, (model, { queue }) => {
    queue.addAfter(key, delay, { priority });
    model.addAfter(key, delay, priority);
  });

const advance = (milliseconds: number): Command =>
  command(`advance(${milliseconds})`, async (model, { clock }) => {
    await clock.advance(milliseconds);
    model.advance(milliseconds);
  });

const next = (): Command =>
  command('next', async (model, { queue, held }) => {
    const expected = model.next();
    const abort = new AbortController();
    const taken = queue.next(abort.signal);
    abort.abort();
    const key = await taken;

    expect(key).toBe(expected);
    if (key === undefined) return;
    expect(held.has(key)).toBe(false);
    held.add(key);
  });

const done = (pick: number): Command =>
  command(`done(${pick})`, (model, { queue, held }) => {
    const key = [...held][pick % Math.max(held.size, 1)];
    if (key === undefined) return;
    held.delete(key);
    queue.done(key);
    model.done(key);
  });

describe('WorkQueue against its model', () => {
  it('never hands a key out twice at once, loses none, and keeps priority, order and delays', async () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd');
    const priority = fc.constantFrom(-100, 0, 5);
    const commands = [
      fc.tuple(key, priority).map(([k, p]) => add(k, p)),
      fc.tuple(key, fc.integer({ min: 1, max: 50 }), priority).map(([k, d, p]) => addAfter(k, d, p)),
      fc.integer({ min: 1, max: 40 }).map(advance),
      fc.constant(next()),
      fc.nat(3).map(done),
    ];

    const agreesWithModel = fc.asyncProperty(fc.commands(commands, { maxCommands: 60 }), async (sequence) => {
      const clock = new FakeClock();
      const setup = (): { model: Model; real: Real } => ({
        model: new Model(),
        real: { clock, queue: new WorkQueue({ clock }), held: new Set() },
      });
      await fc.asyncModelRun(setup, sequence);
    });

    await expect(fc.assert(agreesWithModel, { numRuns: 300 })).resolves.toBeUndefined();
  });

  it('works every key off in the end, whatever fails on the way', async () => {
    const load = fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'c'), failures: fc.nat(6) }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(load, async (adds) => {
        const clock = new FakeClock();
        const queue = new WorkQueue({ clock });
        const left = new Map<string, number>(adds.map(({ key, failures }) => [key, failures]));
        const stop = new AbortController();
        for (const { key } of adds) queue.add(key);

        const worker = (async () => {
          for (let key = await queue.next(stop.signal); key !== undefined; key = await queue.next(stop.signal)) {
            const failures = left.get(key) ?? 0;
            if (failures > 0) {
              left.set(key, failures - 1);
              queue.addRateLimited(key);
            } else {
              left.delete(key);
              queue.forget(key);
            }
            queue.done(key);
          }
        })();
        await clock.advance(5 * 2 ** 7);
        stop.abort();
        await worker;

        expect([...left]).toEqual([]);
        expect(queue.length).toBe(0);
      }),
      { numRuns: 100 },
    );
  });
});
