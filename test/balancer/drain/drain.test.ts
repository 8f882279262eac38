import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drainFile } from '../../../src/balancer/drain/drain-file.ts';
import { createDrain, type Drain } from '../../../src/balancer/drain/drain.ts';
import { reportOf } from '../../../src/balancer/drain/drain-state.ts';
import { endingFile } from '../../../src/balancer/drain/ending-file.ts';
import type { SlotEndpoint } from '../../../src/balancer/endpoints/pool-view.ts';
import { readFileIfAny } from '../../../src/balancer/state/atomic-file.ts';
import { FakeClock } from '../../kube/fake-clock.ts';
import { memoryLogger } from '../../kube/memory-logger.ts';
import { soon } from '../../kube/soon.ts';

const mine = 'uid-mine';
const lives: AbortController[] = [];
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drain-'));
});
afterEach(async () => {
  for (const life of lives.splice(0)) life.abort();
  // What was to be saved last may still be written.
  await rm(folder, { recursive: true, maxRetries: 5 });
});

interface Life {
  readonly drain: Drain;
  readonly clock: FakeClock;
  readonly messages: () => string[];
  readonly changes: () => number;
  /** As if the process were killed. */
  die(): void;
}

/** One process of the sidecar; the next one finds the same folder. */
async function live(clock = new FakeClock(), podUid = mine): Promise<Life> {
  const { logger, lines } = memoryLogger();
  let changes = 0;
  const drain = createDrain({
    podUid,
    deadlineSeconds: 100,
    file: drainFile(folder, podUid, logger),
    endingFile: endingFile(folder, clock, logger),
    clock,
    logger,
    onChange: () => {
      changes += 1;
    },
  });
  await drain.load();
  const life = new AbortController();
  lives.push(life);
  void drain.run(life.signal);
  const messages = () => lines.map((line) => line.msg);
  return { drain, clock, messages, changes: () => changes, die: () => life.abort() };
}

const orders = (...drains: string[]) => `draining:\n${drains.map((drain) => `- {${drain}}\n`).join('')}`;
const order = (podUid: string, deadlineSeconds: number | null = null) =>
  `podUid: ${podUid}, deadlineSeconds: ${deadlineSeconds}`;

const endpoint = (changes: Partial<SlotEndpoint> = {}): SlotEndpoint => {
  return {
    slot: 'prod-0',
    podName: 'prod-0-a',
    podUid: mine,
    address: '10.1.0.1',
    ready: true,
    serving: true,
    terminating: false,
    ...changes,
  };
};
const terminating = endpoint({ ready: false, terminating: true });
const hookRuns = () => writeFile(join(folder, 'ending'), '');
const report = (drain: Drain) => {
  const standing = drain.standing();
  return standing === null ? null : reportOf(standing, drain.now());
};

/** What is written, is on the disk. */
async function saved(part: string): Promise<void> {
  await soon(`${part} on the disk`, async () => (await readFileIfAny(join(folder, 'drain.json')))?.includes(part));
}

describe('an order to drain', () => {
  it('is for the pod with that UID alone', async () => {
    const { drain } = await live();

    drain.offerOrders(orders(order('uid-other')));

    expect(drain.standing()).toBeNull();
    expect([...drain.ordered()]).toEqual(['uid-other']);
  });

  it('makes this pod drain until it is taken back', async () => {
    const { drain, messages } = await live();

    drain.offerOrders(orders(order(mine)));
    const during = [report(drain)?.cause, drain.isOrdered(), [...drain.ordered()]];
    drain.offerOrders(undefined);

    expect(during).toEqual(['Ordered', true, [mine]]);
    expect([drain.standing(), drain.isOrdered(), [...drain.ordered()]]).toEqual([null, false, []]);
    expect(messages()).toEqual(['Drains: takes no new sessions', 'Takes new sessions again: the drain was taken back']);
  });

  it('that cannot be read changes nothing, and is logged once', async () => {
    const { drain, messages } = await live();
    drain.offerOrders(orders(order(mine, 60)));

    drain.offerOrders('draining: yes');

    expect(report(drain)).toEqual({ cause: 'Ordered', deadlineReached: false, remainingSeconds: 60 });
    expect(messages()).toContain('Refused the list of drains; the last one stays in force');
  });

  it('whose deadline is reached cuts nothing: the operator decides', async () => {
    const { drain, clock } = await live();
    drain.offerOrders(orders(order(mine, 60)));

    await clock.advance(3_600_000);

    expect(report(drain)).toEqual({ cause: 'Ordered', deadlineReached: true, remainingSeconds: 0 });
    expect(drain.over.aborted).toBe(false);
  });
});

describe('the end of the pod', () => {
  it('is told by the kubelet’s hook', async () => {
    const { drain, changes } = await live();

    await hookRuns();

    await soon('the drain', () => drain.standing()?.cause === 'PodEnding');
    expect([drain.isEnding(), drain.isSureToEnd(), drain.isOrdered()]).toEqual([true, false, false]);
    expect(changes()).toBe(1);
  });

  it('is told by the own endpoint, and never taken back', async () => {
    const { drain } = await live();

    drain.viewChanged([terminating]);
    drain.viewChanged([endpoint()]);
    drain.offerOrders(undefined);

    expect(report(drain)).toEqual({ cause: 'PodEnding', deadlineReached: false, remainingSeconds: 100 });
    expect(drain.isSureToEnd()).toBe(true);
  });

  it('is not told by the end of another pod', async () => {
    const { drain } = await live();

    drain.viewChanged([endpoint(), { ...terminating, podUid: 'uid-other' }]);

    expect(drain.isEnding()).toBe(false);
  });

  it('is over at its deadline', async () => {
    const { drain, clock } = await live();
    drain.viewChanged([terminating]);
    await clock.advance(99_999);
    const before = drain.over.aborted;

    await clock.advance(1);

    expect([before, drain.over.aborted]).toEqual([false, true]);
  });

  it('is over at once when the ordered deadline was reached before', async () => {
    const { drain, clock } = await live();
    drain.offerOrders(orders(order(mine, 10)));
    await clock.advance(20_000);

    drain.viewChanged([terminating]);
    await clock.advance(0);

    expect(drain.over.aborted).toBe(true);
  });
});

describe('the next process of the sidecar', () => {
  /** The node's clock goes on while nobody runs. */
  const after = (milliseconds: number) => new FakeClock(new Date(Date.parse('2026-01-01T00:00:00Z') + milliseconds));

  it('goes on with the deadline of an order', async () => {
    const first = await live();
    first.drain.offerOrders(orders(order(mine, 60)));
    await saved('ordered');
    first.die();

    const { drain } = await live(after(45_000));
    const beforeTheWatch = report(drain);
    drain.offerOrders(orders(order(mine, 60)));

    expect(beforeTheWatch).toEqual({ cause: 'Ordered', deadlineReached: false, remainingSeconds: 15 });
    expect(report(drain)).toEqual(beforeTheWatch);
  });

  it('hears from the API server that an order was taken back, and from nobody else', async () => {
    const first = await live();
    first.drain.offerOrders(orders(order(mine, 60)));
    await saved('ordered');
    first.die();
    const { drain } = await live(after(1000));

    drain.restoreOrders(undefined);
    drain.offerOrders('draining: yes');
    const before = drain.standing()?.cause;
    drain.offerOrders('');

    expect([before, drain.standing()]).toEqual(['Ordered', null]);
  });

  it('goes on with the end of the pod that the API server confirmed', async () => {
    const first = await live();
    first.drain.viewChanged([terminating]);
    await saved('"sure":true');
    first.die();

    const { drain, clock } = await live(after(70_000));
    const remaining = report(drain)?.remainingSeconds;
    await clock.advance(30_000);

    expect([drain.isEnding(), remaining, drain.over.aborted]).toEqual([true, 30, true]);
  });

  it('does not end when only its own process was restarted', async () => {
    const first = await live();
    await hookRuns();
    await soon('the drain', () => first.drain.standing() !== null);
    await saved('"sure":false');
    first.die();

    const { drain } = await live(after(1000));

    expect([drain.standing(), drain.isEnding()]).toEqual([null, false]);
  });

  it('of another pod begins anew', async () => {
    const first = await live();
    first.drain.viewChanged([terminating]);
    await saved('ending');
    first.die();

    const { drain } = await live(after(1000), 'uid-next');

    expect(drain.standing()).toBeNull();
  });

  it('loses no time to a clock that was set back', async () => {
    const first = await live();
    first.drain.viewChanged([terminating]);
    await saved('"sure":true');
    first.die();

    const { drain } = await live(after(-3_600_000));

    expect(report(drain)?.deadlineReached).toBe(false);
  });
});

describe('the generation of the list of orders', () => {
  it('is 0 before one was read', async () => {
    const { drain } = await live();

    expect(drain.ordersGeneration()).toBe(0);
  });

  it('is that of the list in force: one that cannot be read changes nothing', async () => {
    const { drain } = await live();

    drain.offerOrders(`generation: 7\n${orders(order('uid-other'))}`);
    drain.offerOrders('generation: many');

    expect(drain.ordersGeneration()).toBe(7);
    expect([...drain.ordered()]).toEqual(['uid-other']);
  });

  it('grows although the orders stay the same', async () => {
    const { drain } = await live();

    drain.offerOrders(`generation: 7\n${orders(order('uid-other'))}`);
    drain.offerOrders(`generation: 8\n${orders(order('uid-other'))}`);

    expect(drain.ordersGeneration()).toBe(8);
  });
});

describe('who has noticed', () => {
  it('nobody, while nothing drains', async () => {
    const { drain, clock } = await live();
    drain.viewChanged([endpoint({ ready: false, serving: false })]);
    await clock.advance(60_000);

    expect([drain.peersHaveNoticed(), drain.proxiesHaveNoticed()]).toEqual([false, false]);
  });

  it('the other sidecars 0.5 s, kube-proxy 1.5 s after the endpoint changed', async () => {
    const { drain, clock } = await live();
    drain.viewChanged([endpoint()]);
    await hookRuns();
    await soon('the drain', () => drain.isEnding());
    await clock.advance(500);
    drain.viewChanged([terminating]);

    await clock.advance(500);
    const first = [drain.peersHaveNoticed(), drain.proxiesHaveNoticed()];
    await clock.advance(1000);

    expect(first).toEqual([true, false]);
    expect(drain.proxiesHaveNoticed()).toBe(true);
  });

  it('all, when the readiness went long before the end, by order', async () => {
    const { drain, clock } = await live();
    drain.offerOrders(orders(order(mine)));
    drain.viewChanged([endpoint({ ready: false, serving: false })]);
    await clock.advance(10_000);

    drain.viewChanged([endpoint({ ready: false, serving: false, terminating: true })]);

    expect([drain.peersHaveNoticed(), drain.proxiesHaveNoticed()]).toEqual([true, true]);
  });

  it('counts anew from an endpoint that was ready again', async () => {
    const { drain, clock } = await live();
    drain.viewChanged([endpoint({ ready: false })]);
    drain.viewChanged([endpoint()]);
    await clock.advance(60_000);
    drain.viewChanged([terminating]);

    expect(drain.peersHaveNoticed()).toBe(false);
  });
});
