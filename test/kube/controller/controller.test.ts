import { describe, expect, it } from '@jest/globals';
import { runController } from '../../../src/kube/controller/controller.ts';
import type { FinishedReconcile } from '../../../src/kube/controller/metrics.ts';
import { type Reconcile, TerminalError } from '../../../src/kube/controller/reconciler.ts';
import { KubeError } from '../../../src/kube/errors.ts';
import { WorkQueue } from '../../../src/kube/workqueue/queue.ts';
import { FakeClock } from '../fake-clock.ts';
import { type LogLine, memoryLogger } from '../memory-logger.ts';

interface Running {
  readonly clock: FakeClock;
  readonly queue: WorkQueue;
  readonly lines: LogLine[];
  readonly finished: FinishedReconcile[];
  readonly stop: AbortController;
  readonly stopped: Promise<void>;
}

function start(reconcile: Reconcile, options: { concurrency?: number; drainMilliseconds?: number } = {}): Running {
  const clock = new FakeClock();
  const queue = new WorkQueue({ clock });
  const { logger, lines } = memoryLogger();
  const finished: FinishedReconcile[] = [];
  const stop = new AbortController();
  const metrics = {
    workersStarted: () => {},
    reconcileStarted: () => {},
    reconcileFinished: (one: FinishedReconcile) => finished.push(one),
  };
  const stopped = runController(
    {
      name: 'pool',
      queue,
      reconcile,
      concurrency: 1,
      reconcileTimeoutMilliseconds: 60_000,
      clock,
      logger,
      metrics,
      ...options,
    },
    stop.signal,
  );
  return { clock, queue, lines, finished, stop, stopped };
}

/** A reconcile that ends when the test says so, and records who was in it at the same time. */
function gated(): { reconcile: Reconcile; open: (key: string) => void; inside: string[]; most: () => number } {
  const inside: string[] = [];
  const gates = new Map<string, () => void>();
  let most = 0;
  return {
    inside,
    most: () => most,
    open: (key) => gates.get(key)?.(),
    reconcile: async (key) => {
      inside.push(key);
      most = Math.max(most, inside.length);
      await new Promise<void>((resolve) => gates.set(key, resolve));
      inside.splice(inside.indexOf(key), 1);
    },
  };
}

const conflict = new KubeError('changed in the meantime', { code: 'Status', status: 409, reason: 'Conflict' });
const errorLevel = 50;

describe('runController', () => {
  it('reconciles keys side by side up to its concurrency, and no key twice at once', async () => {
    const gate = gated();
    const { clock, queue, stop, stopped } = start(gate.reconcile, { concurrency: 2 });

    queue.add('a');
    await clock.advance(0);
    for (const key of ['a', 'b', 'c']) queue.add(key);
    await clock.advance(0);
    const atOnce = [...gate.inside];
    gate.open('b');
    await clock.advance(0);
    const afterB = [...gate.inside];

    expect(atOnce).toEqual(['a', 'b']);
    expect(afterB).toEqual(['a', 'c']);
    expect(gate.most()).toBe(2);
    stop.abort();
    for (const key of ['a', 'c']) gate.open(key);
    await stopped;
  });

  it('runs a key once more when it changed during its reconcile', async () => {
    const gate = gated();
    const { clock, queue, finished, stop, stopped } = start(gate.reconcile, { concurrency: 2 });
    queue.add('a');
    await clock.advance(0);
    queue.add('a');
    queue.add('a');

    gate.open('a');
    await clock.advance(0);
    gate.open('a');
    await clock.advance(60_000);

    expect(finished).toHaveLength(2);
    stop.abort();
    await stopped;
  });

  it.each([
    { name: 'an error', failure: new Error('no route to host'), panic: false },
    {
      name: 'a mistake in the program',
      failure: new TypeError("Cannot read properties of undefined (reading 'spec')"),
      panic: true,
    },
    { name: 'something thrown that is no error', failure: 'oops', panic: true },
  ])('retries $name with growing delays, logs it and counts it', async ({ failure, panic }) => {
    const starts: number[] = [];
    const { clock, queue, finished, lines, stop, stopped } = start(() => {
      starts.push(clock.monotonicMilliseconds());
      return Promise.reject(failure);
    });

    queue.add('team/prod');
    await clock.advance(80);

    expect(starts).toEqual([0, 5, 15, 35, 75]);
    expect(finished[0]).toEqual({ result: 'error', seconds: 0, terminal: false, panic, timedOut: false });
    expect(lines.filter(({ level }) => level === errorLevel)).toHaveLength(5);
    expect(lines.at(-1)).toMatchObject({ controller: 'pool', key: 'team/prod', failures: 5 });
    stop.abort();
    await stopped;
  });

  it('starts again from the shortest delay after a success', async () => {
    const results = [false, false, true, false, true];
    const starts: number[] = [];
    const { clock, queue, stop, stopped } = start(async () => {
      starts.push(clock.monotonicMilliseconds());
      if (results.shift() === false) throw new Error('no route to host');
    });

    queue.add('team/prod');
    await clock.advance(1000);
    queue.add('team/prod');
    await clock.advance(1000);

    expect(starts).toEqual([0, 5, 15, 1000, 1005]);
    stop.abort();
    await stopped;
  });

  it('does not retry a terminal error', async () => {
    const { clock, queue, finished, lines, stop, stopped } = start(() =>
      Promise.reject(new TerminalError('spec.image is not an image reference')),
    );

    queue.add('team/prod');
    await clock.advance(3_600_000);

    expect(finished).toMatchObject([{ result: 'error', terminal: true, panic: false }]);
    expect(lines.filter(({ level }) => level === errorLevel)).toHaveLength(1);
    stop.abort();
    await stopped;
  });

  it('requeues a conflict soon, without calling it an error', async () => {
    const failures = [conflict, conflict];
    const { clock, queue, finished, lines, stop, stopped } = start(async () => {
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
    });

    queue.add('team/prod');
    await clock.advance(15);

    expect(finished.map(({ result }) => result)).toEqual(['requeue', 'requeue', 'success']);
    expect(lines.filter(({ level }) => level >= errorLevel)).toEqual([]);
    stop.abort();
    await stopped;
  });

  it('backs off while what it needs is not visible yet', async () => {
    const { clock, queue, finished, stop, stopped } = start(() => Promise.resolve({ requeueSoon: true }));

    queue.add('team/prod');
    await clock.advance(34);

    expect(finished.map(({ result }) => result)).toEqual(['requeue', 'requeue', 'requeue']);
    stop.abort();
    await stopped;
  });

  it('comes back when the reconcile asked for it', async () => {
    const starts: number[] = [];
    const { clock, queue, finished, stop, stopped } = start(() => {
      starts.push(clock.monotonicMilliseconds());
      return Promise.resolve({ requeueAfterMilliseconds: 300_000 });
    });

    queue.add('team/prod');
    await clock.advance(600_000);

    expect(starts).toEqual([0, 300_000, 600_000]);
    expect(finished[0]?.result).toBe('requeue_after');
    stop.abort();
    await stopped;
  });

  it('aborts the signal of a reconcile that takes too long, while others go on', async () => {
    const { clock, queue, finished, lines, stop, stopped } = start(
      (key, signal) =>
        key === 'team/quick'
          ? Promise.resolve()
          : new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      { concurrency: 2 },
    );
    queue.add('team/hung');

    await clock.advance(59_999);
    queue.add('team/quick');
    await clock.advance(0);
    const before = finished.map(({ result }) => result);
    await clock.advance(1);

    expect(before).toEqual(['success']);
    expect(finished[1]).toMatchObject({ result: 'error', seconds: 60, timedOut: true });
    expect(lines.at(-1)).toMatchObject({ err: { message: 'Reconcile of team/hung took longer than 60 s' } });
    stop.abort();
    await clock.advance(11_000);
    await stopped;
  });

  it('lets running reconciles end when it is told to stop, and takes no more keys', async () => {
    const gate = gated();
    const { clock, queue, finished, lines, stop, stopped } = start(gate.reconcile);
    queue.add('a');
    queue.add('b');
    await clock.advance(0);

    stop.abort();
    await clock.advance(9_000);
    const whileDraining = [...gate.inside];
    gate.open('a');
    await stopped;

    expect(whileDraining).toEqual(['a']);
    expect(finished).toMatchObject([{ result: 'success' }]);
    expect(lines.at(-1)).toMatchObject({ msg: 'Stopped workers' });
    expect(clock.sleeping).toBe(0);
  });

  it('aborts what has not ended by the drain deadline, and counts it', async () => {
    const { clock, queue, finished, lines, stop, stopped } = start(
      (_, signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      { drainMilliseconds: 2000 },
    );
    queue.add('a');
    await clock.advance(0);

    stop.abort();
    await clock.advance(1999);
    const before = finished.length;
    await clock.advance(1);
    await stopped;

    expect(before).toBe(0);
    expect(finished).toMatchObject([{ result: 'error', timedOut: false }]);
    expect(lines.filter(({ level }) => level >= errorLevel)).toEqual([]);
  });

  it('leaves without a reconcile that does not listen to its signal, and says so', async () => {
    const { clock, queue, lines, stop, stopped } = start(() => new Promise<void>(() => {}), {
      drainMilliseconds: 2000,
    });
    queue.add('a');
    await clock.advance(0);

    stop.abort();
    await clock.advance(3000);
    await stopped;

    expect(lines.at(-1)).toMatchObject({ msg: 'Stopped without its reconciles', reconciles: 1 });
  });

  it('stops at once when nothing runs', async () => {
    const { clock, stop, stopped } = start(() => Promise.resolve());

    stop.abort();
    await stopped;

    expect(clock.sleeping).toBe(0);
  });
});
