import { describe, expect, it } from '@jest/globals';
import type { Target } from '../../src/balancer/backend.ts';
import { BalancerConfig } from '../../src/balancer/config/schema.ts';
import { Dispatcher } from '../../src/balancer/dispatcher.ts';
import { createCounters } from '../../src/balancer/metrics/counters.ts';
import { createMetrics } from '../../src/balancer/metrics/text-metrics.ts';
import { FakeClock } from '../kube/fake-clock.ts';
import { memoryLogger } from '../kube/memory-logger.ts';
import { backendAt } from './rig.ts';

interface Changes {
  readonly distribution?: 'RoundRobin' | 'PreferLocal';
  readonly slowStartSeconds?: number;
  readonly maxSessions?: number;
}

function dispatcherOf(changes: Changes = {}) {
  const clock = new FakeClock();
  const { logger, lines } = memoryLogger();
  const events: string[] = [];
  const metrics = createMetrics();
  const { slowStartSeconds = 0, distribution = 'RoundRobin', maxSessions } = changes;
  const sessions = new Map<string, number>();
  const config = BalancerConfig.parse({
    slowStartSeconds,
    listeners: [{ name: 'ssh', protocol: 'TCP', distribution, port: 15_100, targetPort: 22 }],
  });
  const [listener] = config.listeners;
  if (listener === undefined) throw new Error('the listener above');
  const dispatcher = new Dispatcher({
    settings: { listener, slowStartSeconds, healthCheck: config.healthCheck, maxSessions },
    ownName: 'prod-1',
    clock,
    random: () => 0,
    logger,
    counters: createCounters(metrics, () => 'ssh'),
    sessionsOn: (backend) => sessions.get(backend) ?? 0,
    onDown: ({ name }) => events.push(`down ${name}`),
    onNoNewWork: ({ name }) => events.push(`no new work ${name}`),
  });
  return { dispatcher, clock, lines, events, metrics, sessions };
}

const pool = (count: number) => Array.from({ length: count }, (_, index) => backendAt(`prod-${index}`, 100 + index));
const names = (dispatcher: Dispatcher, count: number) =>
  Array.from({ length: count }, () => dispatcher.pick()?.name.replace('prod-', '') ?? 'none').join(' ');

function target(dispatcher: Dispatcher, name: string): Target {
  const found = dispatcher.checkTargets().find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no target ${name}`);
  return found;
}

describe('Dispatcher', () => {
  it('rotates over the ready backends in the order of their slots', () => {
    const { dispatcher } = dispatcherOf();

    dispatcher.setBackends(pool(3).toReversed());

    expect(names(dispatcher, 6)).toBe('0 1 2 0 1 2');
  });

  it('tells one standing for each slot, also while an old pod of it is ending', () => {
    const { dispatcher } = dispatcherOf();
    const ending = backendAt('prod-0', 99, { ready: false });

    dispatcher.setBackends([ending, ...pool(2)]);

    expect(dispatcher.standings()).toEqual([
      { name: 'prod-0', ready: true, healthy: true },
      { name: 'prod-1', ready: true, healthy: true },
    ]);
  });

  it.each([
    { name: 'the listener’s own port of a backend', changes: { port: 1, ports: { ssh: 2222 } }, port: 2222 },
    { name: 'the backend’s port', changes: { port: 2200, ports: { other: 1 } }, port: 2200 },
    { name: 'the listener’s target port', changes: { port: undefined }, port: 22 },
  ])('sends work to $name', ({ changes, port }) => {
    const { dispatcher } = dispatcherOf();

    dispatcher.setBackends([backendAt('prod-0', 1, changes)]);

    expect(dispatcher.pick()?.port).toBe(port);
  });

  it('prefers its own instance when told to, and goes on without it', () => {
    const { dispatcher } = dispatcherOf({ distribution: 'PreferLocal' });
    dispatcher.setBackends(pool(3));
    expect(names(dispatcher, 3)).toBe('1 1 1');

    dispatcher.setBackends([
      backendAt('prod-0', 1),
      backendAt('prod-1', 2, { draining: true }),
      backendAt('prod-2', 3),
    ]);

    expect(names(dispatcher, 3)).toBe('0 2 0');
  });

  it('leaves out what was tried, the doubtful last', () => {
    const { dispatcher } = dispatcherOf();
    dispatcher.setBackends(pool(3));
    for (let failure = 0; failure < 3; failure += 1) dispatcher.failed(target(dispatcher, 'prod-1'));
    const tried = new Set<string>();

    const order = Array.from({ length: 4 }, () => {
      const picked = dispatcher.pick(tried);
      if (picked !== undefined) tried.add(picked.key);
      return picked?.name;
    });

    expect(order).toEqual(['prod-0', 'prod-2', 'prod-1', undefined]);
  });

  it('prefers a healthy backend for a second try while it panics', () => {
    const { dispatcher } = dispatcherOf();
    dispatcher.setBackends(pool(3));
    for (const name of ['prod-0', 'prod-1']) {
      for (let failure = 0; failure < 3; failure += 1) dispatcher.failed(target(dispatcher, name));
    }
    const first = dispatcher.pick();

    const second = dispatcher.pick(new Set(first === undefined ? [] : [first.key]));

    expect(dispatcher.panic).toBe(true);
    expect([first?.name, second?.name]).toEqual(['prod-0', 'prod-2']);
  });

  it('counts who was picked and who was ejected', () => {
    const { dispatcher, metrics } = dispatcherOf();
    dispatcher.setBackends(pool(2));

    names(dispatcher, 3);
    for (let failure = 0; failure < 3; failure += 1) dispatcher.failed(target(dispatcher, 'prod-1'));

    expect(metrics.text()).toContain('picks_total{listener="ssh",backend="prod-0"} 2\n');
    expect(metrics.text()).toContain('picks_total{listener="ssh",backend="prod-1"} 1\n');
    expect(metrics.text()).toContain('ejections_total{listener="ssh",backend="prod-1"} 1\n');
  });

  it('ejects after three failures in a row, tells it, and comes back after 5 s', async () => {
    const { dispatcher, clock, events, lines } = dispatcherOf();
    dispatcher.setBackends(pool(3));
    for (let failure = 0; failure < 3; failure += 1) dispatcher.failed(target(dispatcher, 'prod-1'));

    expect(names(dispatcher, 4)).toBe('0 2 0 2');
    await clock.advance(5000);

    expect(names(dispatcher, 3)).toBe('0 1 2');
    expect(events).toEqual(['no new work prod-1']);
    expect(lines.map(({ msg }) => msg)).toContain('Ejected a backend that failed');
  });

  it('marks down after two failed checks, moves what waits there, and takes it back after two passes', () => {
    const { dispatcher, events } = dispatcherOf();
    dispatcher.setBackends(pool(3));
    const hung = target(dispatcher, 'prod-2');

    dispatcher.checked(hung, false);
    dispatcher.checked(hung, false);
    expect(events).toEqual(['down prod-2', 'no new work prod-2']);
    expect(dispatcher.movesFreely(hung)).toBe(true);
    expect(dispatcher.isUp(hung)).toBe(false);
    expect(names(dispatcher, 4)).toBe('0 1 0 1');

    dispatcher.checked(hung, true);
    dispatcher.checked(hung, true);
    expect(dispatcher.isUp(hung)).toBe(true);
    expect(names(dispatcher, 3)).toBe('2 0 1');
  });

  it('keeps health over changes of the set, and forgets it with the target', () => {
    const { dispatcher } = dispatcherOf();
    dispatcher.setBackends(pool(3));
    for (let failure = 0; failure < 3; failure += 1) dispatcher.failed(target(dispatcher, 'prod-1'));

    dispatcher.setBackends(pool(4));
    expect(names(dispatcher, 4)).toBe('0 2 3 0');

    // The slot's next pod has another address.
    dispatcher.setBackends(pool(4).map((one) => (one.name === 'prod-1' ? { ...one, address: '127.0.0.2' } : one)));
    expect(names(dispatcher, 4)).toBe('1 2 3 0');
  });

  it('slows down a backend that comes back, but not the first fill nor a new slot', async () => {
    const { dispatcher, clock } = dispatcherOf({ slowStartSeconds: 10 });
    dispatcher.setBackends(pool(2));
    await clock.advance(60_000);
    dispatcher.setBackends(pool(3));
    expect(names(dispatcher, 6)).toBe('0 1 2 0 1 2');

    dispatcher.setBackends(pool(2));
    expect(names(dispatcher, 2)).toBe('0 1');
    dispatcher.setBackends(pool(3));
    await clock.advance(5000);

    const order = names(dispatcher, 50).split(' ');
    expect(order.filter((name) => name === '2')).toHaveLength(10);
  });

  it('gives no new work to a draining backend and says so, though it is ready', () => {
    const { dispatcher, events } = dispatcherOf();
    dispatcher.setBackends(pool(2));

    dispatcher.setBackends([backendAt('prod-0', 100, { draining: true }), backendAt('prod-1', 101)]);

    expect(names(dispatcher, 2)).toBe('1 1');
    expect(events).toEqual(['no new work prod-0']);
  });

  it('knows the ready pod of a slot from the one that still ends', () => {
    const { dispatcher } = dispatcherOf();

    dispatcher.setBackends([
      backendAt('prod-0', 1, { address: '10.0.0.1', ready: false }),
      backendAt('prod-0', 1, { address: '10.0.0.2' }),
    ]);

    expect([dispatcher.pick()?.address, dispatcher.pick()?.address]).toEqual(['10.0.0.2', '10.0.0.2']);
  });

  it('gives a slot one turn, also when two of its pods call themselves ready', () => {
    const { dispatcher } = dispatcherOf();

    dispatcher.setBackends([
      backendAt('prod-0', 1, { address: '10.0.0.1' }),
      backendAt('prod-0', 1, { address: '10.0.0.2' }),
      backendAt('prod-1', 1),
    ]);

    expect(names(dispatcher, 4)).toBe('0 1 0 1');
  });

  it('uses what still serves when nobody is ready, and nobody when nobody serves', () => {
    const { dispatcher } = dispatcherOf();

    dispatcher.setBackends([
      backendAt('prod-0', 1, { ready: false }),
      backendAt('prod-1', 1, { ready: false, serving: false }),
    ]);
    expect(names(dispatcher, 2)).toBe('0 0');

    dispatcher.setBackends([]);
    expect(names(dispatcher, 1)).toBe('none');
  });
});

describe('Dispatcher with backends that may be full', () => {
  it('passes over who is full, and gives him nothing more when he has room again', () => {
    const { dispatcher, sessions } = dispatcherOf({ maxSessions: 2 });
    dispatcher.setBackends(pool(3));
    sessions.set('prod-1', 2);
    expect(names(dispatcher, 4)).toBe('0 2 0 2');

    sessions.set('prod-1', 1);

    expect(names(dispatcher, 6)).toBe('0 1 2 0 1 2');
  });

  it('finds nobody when all are full, and says that this is why', () => {
    const { dispatcher, sessions } = dispatcherOf({ maxSessions: 1 });
    dispatcher.setBackends(pool(2));
    sessions.set('prod-0', 1).set('prod-1', 1);

    expect(names(dispatcher, 1)).toBe('none');
    expect(dispatcher.full).toBe(true);
  });

  it('finds nobody when there is nobody, and does not call that full', () => {
    const { dispatcher } = dispatcherOf({ maxSessions: 1 });
    dispatcher.setBackends([]);

    expect(names(dispatcher, 1)).toBe('none');
    expect(dispatcher.full).toBe(false);
  });

  it('waits for a healthy backend rather than use a doubtful one for a second try', () => {
    const { dispatcher, sessions } = dispatcherOf({ maxSessions: 1 });
    dispatcher.setBackends(pool(3));
    for (let failure = 0; failure < 3; failure += 1) dispatcher.failed(target(dispatcher, 'prod-2'));
    sessions.set('prod-1', 1);

    expect(dispatcher.pick(new Set([target(dispatcher, 'prod-0').key]))).toBeUndefined();
    expect(dispatcher.full).toBe(true);
  });

  it('sends work elsewhere while its own instance is full', () => {
    const { dispatcher, sessions } = dispatcherOf({ maxSessions: 1, distribution: 'PreferLocal' });
    dispatcher.setBackends(pool(3));
    sessions.set('prod-1', 1);
    expect(names(dispatcher, 3)).toBe('0 2 0');

    sessions.clear();

    expect(names(dispatcher, 2)).toBe('1 1');
  });
});
