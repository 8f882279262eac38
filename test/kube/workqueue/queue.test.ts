import { describe, expect, it } from '@jest/globals';
import { initialListPriority, WorkQueue } from '../../../src/kube/workqueue/queue.ts';
import { FakeClock } from '../fake-clock.ts';

const forever = new AbortController().signal;

function queueOf(): { clock: FakeClock; queue: WorkQueue } {
  const clock = new FakeClock();
  return { clock, queue: new WorkQueue({ clock }) };
}

/** What the queue hands out now, in order, without waiting. */
async function takeAll(queue: WorkQueue): Promise<string[]> {
  const taken = [];
  while (queue.length > 0) {
    const key = await queue.next(forever);
    if (key !== undefined) taken.push(key);
  }
  return taken;
}

describe('WorkQueue', () => {
  it('hands out a key once, however often it was added before', async () => {
    const { queue } = queueOf();

    queue.add('team/prod');
    queue.add('team/prod');

    expect(await takeAll(queue)).toEqual(['team/prod']);
  });

  it('hands a key that was added while it was worked on out again after done, and not before', async () => {
    const { queue } = queueOf();
    queue.add('team/prod');
    await queue.next(forever);

    queue.add('team/prod');
    queue.add('team/prod');
    const whileWorking = queue.length;
    queue.done('team/prod');

    expect(whileWorking).toBe(0);
    expect(await takeAll(queue)).toEqual(['team/prod']);
  });

  it('wakes whoever waits, first come first served', async () => {
    const { queue } = queueOf();
    const first = queue.next(forever);
    const second = queue.next(forever);

    queue.add('a');
    queue.add('b');

    expect(await Promise.all([first, second])).toEqual(['a', 'b']);
  });

  it('lets what changes now go ahead of what the first list brought', async () => {
    const { queue } = queueOf();
    queue.add('listed-1', { priority: initialListPriority });
    queue.add('listed-2', { priority: initialListPriority });
    queue.add('listed-3', { priority: initialListPriority });

    queue.add('edited');
    queue.add('listed-3');

    expect(await takeAll(queue)).toEqual(['listed-3', 'edited', 'listed-1', 'listed-2']);
  });

  it('does not let a later add of the initial list slow an edited key down', async () => {
    const { queue } = queueOf();
    queue.add('other', { priority: -1 });
    queue.add('edited');

    queue.add('edited', { priority: initialListPriority });

    expect(await takeAll(queue)).toEqual(['edited', 'other']);
  });

  it('retries a key with the priority that it was handed out with', async () => {
    const { clock, queue } = queueOf();
    queue.add('listed', { priority: initialListPriority });
    await queue.next(forever);

    queue.addRateLimited('listed');
    queue.done('listed');
    await clock.advance(5);

    expect([...queue.state().depthByPriority]).toEqual([[initialListPriority, 1]]);
  });

  it.each([
    { name: 'the shorter delay set first', delays: [100, 500] },
    { name: 'the shorter delay set last', delays: [500, 100] },
  ])('keeps the earliest of several delays: $name', async ({ delays }) => {
    const { clock, queue } = queueOf();
    for (const delay of delays) queue.addAfter('team/prod', delay);

    await clock.advance(99);
    const early = queue.length;
    await clock.advance(1);
    const due = await takeAll(queue);
    queue.done('team/prod');
    await clock.advance(1000);

    expect(early).toBe(0);
    expect(due).toEqual(['team/prod']);
    expect(queue.length).toBe(0);
  });

  it('keeps a delay through an add in the meantime, as client-go does', async () => {
    const { clock, queue } = queueOf();
    queue.addAfter('team/prod', 100);
    queue.add('team/prod');
    await queue.next(forever);
    queue.done('team/prod');

    await clock.advance(100);

    expect(queue.length).toBe(1);
  });

  it.each([0, -5])('takes a delay of %d ms as now', (delay) => {
    const { queue } = queueOf();

    queue.addAfter('team/prod', delay);

    expect(queue.length).toBe(1);
  });

  it('waits out a delay longer than setTimeout can hold', async () => {
    const { clock, queue } = queueOf();
    const clamped = {
      monotonicMilliseconds: () => clock.monotonicMilliseconds(),
      now: () => clock.now(),
      sleep: (milliseconds: number, signal: AbortSignal) => clock.sleep(Math.min(milliseconds, 2 ** 31 - 1), signal),
    };
    const patient = new WorkQueue({ clock: clamped });
    patient.addAfter('team/prod', 2 ** 31 + 1000);

    await clock.advance(2 ** 31 + 999);
    const early = patient.length;
    await clock.advance(1);

    expect(queue.length).toBe(0);
    expect(early).toBe(0);
    expect(patient.length).toBe(1);
  });

  it('sets one timer for any number of waiting keys', async () => {
    const { clock, queue } = queueOf();

    for (let n = 0; n < 100; n++) queue.addAfter(`team/pool-${n}`, 1000 - n);
    await clock.advance(0);

    expect(clock.sleeping).toBe(1);
  });

  it('gives up waiting when the signal aborts, and keeps the key for the next one', async () => {
    const { queue } = queueOf();
    const abort = new AbortController();
    const waiting = queue.next(abort.signal);

    abort.abort();
    queue.add('team/prod');

    expect(await waiting).toBeUndefined();
    expect(await queue.next(abort.signal)).toBeUndefined();
    expect(await takeAll(queue)).toEqual(['team/prod']);
  });

  it('hands nothing out, takes nothing in and holds no timer after it was shut down', async () => {
    const { clock, queue } = queueOf();
    queue.add('ready');
    queue.addAfter('waiting', 10);
    await queue.next(forever);
    const waiting = queue.next(forever);

    queue.shutDown();
    queue.add('late');
    queue.addAfter('later', 10);
    await clock.advance(100);

    expect(await waiting).toBeUndefined();
    expect(await queue.next(forever)).toBeUndefined();
    expect(queue.length).toBe(0);
    expect(clock.sleeping).toBe(0);
  });

  it('tells its metrics what happened, in seconds', async () => {
    const clock = new FakeClock();
    const told: string[] = [];
    const queue = new WorkQueue({
      clock,
      metrics: {
        added: () => told.push('added'),
        started: (seconds) => told.push(`started after ${seconds}`),
        finished: (seconds) => told.push(`finished after ${seconds}`),
        retried: () => told.push('retried'),
      },
    });

    queue.add('team/prod');
    queue.add('team/prod');
    await clock.advance(2000);
    await queue.next(forever);
    await clock.advance(500);
    const working = queue.state();
    queue.addRateLimited('team/prod');
    queue.done('team/prod');

    expect(told).toEqual(['added', 'started after 2', 'retried', 'finished after 0.5']);
    expect(working).toMatchObject({ unfinishedSeconds: 0.5, longestRunningSeconds: 0.5 });
  });
});
