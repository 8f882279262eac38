import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { WaitingLines } from '../../../src/balancer/admission/waiting-lines.ts';
import { BalancerConfig } from '../../../src/balancer/config/schema.ts';
import { Dispatcher } from '../../../src/balancer/dispatcher.ts';
import { createCounters } from '../../../src/balancer/metrics/counters.ts';
import { createMetrics } from '../../../src/balancer/metrics/text-metrics.ts';
import { createSessionBook } from '../../../src/balancer/sessions/session-book.ts';
import { FakeClock } from '../../kube/fake-clock.ts';
import { memoryLogger } from '../../kube/memory-logger.ts';
import { backendAt } from '../rig.ts';

/** A listener's dispatcher with its waiting line and its session book, as a listener joins them. */
function listener(maxSessions: number | undefined, start: number) {
  const config = BalancerConfig.parse({ listeners: [{ name: 'web', protocol: 'HTTP', port: 80, targetPort: 80 }] });
  const [first] = config.listeners;
  if (first === undefined) throw new Error('the listener above');
  const lines = new WaitingLines();
  const book = createSessionBook(undefined, lines);
  const line = lines.open();
  const clock = new FakeClock();
  const dispatcher = new Dispatcher({
    settings: { listener: first, slowStartSeconds: 0, healthCheck: config.healthCheck, maxSessions },
    clock,
    random: () => start,
    logger: memoryLogger().logger,
    counters: createCounters(createMetrics(), () => 'web'),
    sessionsOn: (backend) => book.on(backend),
    onDown: () => {},
    onNoNewWork: () => {},
  });
  const picked: string[] = [];
  const open: { name: string; end: () => void }[] = [];

  function tryStart(): boolean {
    const target = dispatcher.pick();
    if (target === undefined) return false;
    const session = book.begin(target.name);
    picked.push(target.name);
    open.push({ name: target.name, end: () => session.end() });
    return true;
  }

  return {
    dispatcher,
    clock,
    picked,
    waiting: () => line.length,
    /** A piece of work comes: it starts, or waits. */
    arrive(): void {
      if (line.length === 0 && tryStart()) return;
      line.join({ choosy: false, tryStart, onWaitedInVain: () => {} }, 1000, 0);
    },
    /** The oldest piece of work ends, or the oldest on this backend. */
    async finish(name?: string): Promise<void> {
      const index = name === undefined ? 0 : open.findIndex((session) => session.name === name);
      for (const session of open.splice(index, index === -1 ? 0 : 1)) session.end();
      await Promise.resolve();
    },
  };
}

const backends = (numbers: readonly number[]) => numbers.map((number) => backendAt(`prod-${number}`, 100 + number));

/** By how much the picks of two names differ at most, over all windows of picks. */
function widestDifference(order: readonly string[], one: string, other: string): number {
  // The lead of one over the other after each pick; a window's difference is the difference of two leads.
  const leads = [0];
  for (const name of order) leads.push((leads.at(-1) ?? 0) + Number(name === one) - Number(name === other));
  return Math.max(...leads) - Math.min(...leads);
}

/** What else happens, to other backends than prod-0 and prod-1. */
type Event = { readonly set: readonly number[] } | { readonly eject: number } | { readonly pass: number };

const event: fc.Arbitrary<Event> = fc.oneof(
  fc.uniqueArray(fc.integer({ min: 2, max: 9 })).map((set) => ({ set })),
  fc.integer({ min: 2, max: 9 }).map((eject) => ({ eject })),
  fc.integer({ min: 0, max: 20_000 }).map((pass) => ({ pass })),
);
const start = fc.double({ min: 0, max: 0.999, noNaN: true });

async function happen({ dispatcher, clock }: ReturnType<typeof listener>, what: Event): Promise<void> {
  if ('set' in what) dispatcher.setBackends(backends([0, 1, ...what.set]));
  else if ('pass' in what) await clock.advance(what.pass);
  else {
    const target = dispatcher.checkTargets().find(({ name }) => name === `prod-${what.eject}`);
    if (target === undefined) return;
    for (let failure = 0; failure < 3; failure += 1) dispatcher.failed(target);
  }
}

describe('the rotation of a listener', () => {
  it('differs by at most one pick in any window, whoever else joins, leaves, is ejected or comes back', async () => {
    const story = fc.array(fc.tuple(event, fc.nat(7)), { minLength: 1, maxLength: 30 });

    await fc.assert(
      fc.asyncProperty(story, start, async (events, at) => {
        const here = listener(undefined, at);
        here.dispatcher.setBackends(backends([0, 1, 2]));
        for (const [what, arrivals] of events) {
          await happen(here, what);
          for (let count = 0; count < arrivals; count += 1) here.arrive();
        }

        expect(widestDifference(here.picked, 'prod-0', 'prod-1')).toBeLessThanOrEqual(1);
      }),
      { numRuns: 150 },
    );
  });

  it('gives each of N backends one of any N pieces of work that wait, when all work takes equally long', async () => {
    const traffic = fc.array(fc.boolean(), { minLength: 10, maxLength: 120 });

    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 4 }),
        traffic,
        start,
        async (size, most, comes, at) => {
          const here = listener(most, at);
          here.dispatcher.setBackends(backends(Array.from({ length: size }, (_, index) => index)));
          for (const one of comes) {
            if (one) here.arrive();
            else await here.finish();
          }

          for (let from = 0; from + size <= here.picked.length; from += 1) {
            expect(new Set(here.picked.slice(from, from + size)).size).toBe(size);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('gives who was full nothing to catch up with', async () => {
    const here = listener(2, 0);
    here.dispatcher.setBackends(backends([0, 1, 2]));
    for (let count = 0; count < 6; count += 1) here.arrive();
    // prod-1 is stuck: its two pieces of work do not end, the others' do.
    for (let count = 0; count < 20; count += 1) {
      await here.finish(count % 2 === 0 ? 'prod-0' : 'prod-2');
      here.arrive();
    }
    const before = here.picked.length;

    for (const name of ['prod-1', 'prod-1', 'prod-0', 'prod-0', 'prod-2', 'prod-2']) await here.finish(name);
    for (let count = 0; count < 6; count += 1) here.arrive();

    const order = here.picked.slice(before);
    expect(new Set(order.slice(0, 3)).size).toBe(3);
    expect(widestDifference(order, 'prod-1', 'prod-0')).toBeLessThanOrEqual(1);
    expect(here.waiting()).toBe(0);
  });
});
