import { describe, expect, it } from '@jest/globals';
import type { KubeClient } from '../../../src/kube/client.ts';
import { KubeError } from '../../../src/kube/errors.ts';
import type { EventDropReason } from '../../../src/kube/events/metrics.ts';
import { EventRecorder } from '../../../src/kube/events/recorder.ts';
import type { EventRecord } from '../../../src/kube/events/series.ts';
import { FakeClock } from '../fake-clock.ts';
import { memoryLogger } from '../memory-logger.ts';

/**
 * Stands in for the API server to see what is sent, in which order and when; what the server makes of it is tested against a real one.
 * `answer` may hold a call up or fail it.
 */
function bench(options: { answer?: () => Promise<void>; maxQueued?: number } = {}) {
  const clock = new FakeClock();
  const sent: { verb: string; body: unknown; atSeconds: number }[] = [];
  const unused = (): Promise<never> => Promise.reject(new Error('not used'));
  const note = async (verb: string, body: unknown): Promise<void> => {
    sent.push({ verb, body: structuredClone(body), atSeconds: clock.monotonicMilliseconds() / 1000 });
    await options.answer?.();
  };
  const client: KubeClient = {
    get: unused,
    list: unused,
    replace: unused,
    apply: unused,
    delete: unused,
    create: async (_type, object) => {
      await note('POST', object);
      return object;
    },
    mergePatch: async (_type, _key, patch) => {
      await note('PATCH', patch);
      return unused();
    },
  };
  const { logger, lines } = memoryLogger();
  const counts = { sent: 0, dropped: new Array<EventDropReason>() };
  const recorder = new EventRecorder({
    client,
    clock,
    logger,
    source: { reportingController: 'example.com/operator', reportingInstance: 'operator-0' },
    metrics: { sent: () => counts.sent++, dropped: (reason) => counts.dropped.push(reason) },
    ...(options.maxQueued === undefined ? {} : { maxQueued: options.maxQueued }),
  });
  const stop = new AbortController();
  const start = (): Promise<void> => recorder.run(stop.signal);
  return { clock, sent, recorder, counts, lines, stop, start };
}

const event = (more: Partial<EventRecord> = {}): EventRecord => ({
  regarding: { apiVersion: 'example.com/v1', kind: 'Pool', namespace: 'team', name: 'prod', uid: 'u' },
  type: 'Normal',
  reason: 'SlotStarted',
  action: 'Start',
  message: 'Started slot prod-0',
  ...more,
});

describe('EventRecorder', () => {
  it('never waits: it records before and while the API server hangs', async () => {
    const { clock, recorder, sent, start, stop } = bench({ answer: () => new Promise(() => {}) });
    recorder.record(event());
    const running = start();
    await clock.advance(0);

    recorder.record(event({ message: 'Started slot prod-1' }));

    expect(sent).toHaveLength(1);
    stop.abort();
    await Promise.race([running, clock.advance(10_000)]);
  });

  it('sends what happened several times before its turn as one event with a count', async () => {
    const { clock, recorder, sent, start, stop } = bench();
    for (let n = 0; n < 3; n++) recorder.record(event());

    const running = start();
    await clock.advance(0);
    stop.abort();
    await running;

    expect(sent).toMatchObject([{ verb: 'POST', body: { series: { count: 3 } } }]);
  });

  it.each([
    { name: 'reason', other: event({ reason: 'SlotDeleted' }) },
    { name: 'type', other: event({ type: 'Warning' }) },
    { name: 'action', other: event({ action: 'Delete' }) },
    { name: 'message', other: event({ message: 'Started slot prod-1' }) },
    { name: 'object', other: event({ regarding: { ...event().regarding, uid: 'successor' } }) },
  ])('does not count events of another $name together', async ({ other }) => {
    const { clock, recorder, sent, start, stop } = bench();
    recorder.record(event());
    recorder.record(other);

    const running = start();
    await clock.advance(0);
    stop.abort();
    await running;

    expect(sent.map(({ verb }) => verb)).toEqual(['POST', 'POST']);
  });

  it('begins a new event after 6 quiet minutes', async () => {
    const { clock, recorder, sent, start, stop } = bench();
    const running = start();
    recorder.record(event());
    await clock.advance(6 * 60_000);
    recorder.record(event());
    await clock.advance(0);
    stop.abort();
    await running;

    expect(sent.map(({ verb, body }) => [verb, 'series' in Object(body)])).toEqual([
      ['POST', false],
      ['POST', false],
    ]);
  });

  it('sends 25 events about one object and reason at once, and drops the others and says so', async () => {
    const { clock, counts, recorder, sent, start, stop } = bench();
    const running = start();
    for (let n = 0; n < 30; n++) recorder.record(event({ message: `Started slot prod-${n}` }));
    recorder.record(event({ regarding: { ...event().regarding, name: 'other' } }));
    await clock.advance(0);
    for (let turn = 0; turn < 30; turn++) await clock.advance(0);
    stop.abort();
    await running;

    expect(sent).toHaveLength(26);
    expect(counts.dropped).toEqual(Array.from({ length: 5 }, () => 'TooMany'));
  });

  it('drops no rare warning about an object that talks much of something else', () => {
    const { counts, recorder } = bench();

    for (let n = 0; n < 30; n++) recorder.record(event({ message: `Started slot prod-${n}` }));
    const before = counts.dropped.length;
    recorder.record(event({ reason: 'SessionsCut', type: 'Warning', message: 'Cut off 2 sessions' }));

    expect(counts.dropped).toHaveLength(before);
  });

  it('loses no count of a repetition that it may not send yet', async () => {
    const { clock, counts, recorder, sent, start, stop } = bench();
    const running = start();
    for (let n = 0; n < 40; n++) {
      recorder.record(event());
      await clock.advance(1000);
    }
    await clock.advance(300_000);
    recorder.record(event());
    await clock.advance(0);
    stop.abort();
    await running;

    expect(sent).toHaveLength(26);
    expect(sent.at(-1)).toMatchObject({ verb: 'PATCH', body: { series: { count: 41 } } });
    expect(counts.dropped.filter((reason) => reason === 'TooMany')).toEqual([]);
  });

  it('holds no more than its queue, and drops what comes on top', () => {
    const { counts, recorder } = bench({ maxQueued: 2 });

    for (let n = 0; n < 5; n++) recorder.record(event({ message: `Started slot prod-${n}` }));

    expect(counts.dropped).toEqual(['QueueFull', 'QueueFull', 'QueueFull']);
  });

  it.each([
    { name: 'an unreachable API server', error: new KubeError('refused', { code: 'Connection' }) },
    { name: 'an overloaded API server', error: new KubeError('too many requests', { code: 'Status', status: 429 }) },
    { name: 'an API server in trouble', error: new KubeError('etcd is down', { code: 'Status', status: 500 }) },
  ])('tries again, with growing pauses, at $name, and gives up in the end', async ({ error }) => {
    const { clock, counts, lines, recorder, sent, start, stop } = bench({ answer: () => Promise.reject(error) });
    const running = start();
    recorder.record(event());
    await clock.advance(60_000);
    stop.abort();
    await running;

    expect(sent.map(({ atSeconds }) => atSeconds)).toEqual([0, 1, 3, 7, 15]);
    expect(counts).toMatchObject({ sent: 0, dropped: [expect.stringMatching(/Unreachable|Refused/)] });
    expect(lines).toMatchObject([{ msg: 'Could not send an event', object: 'prod', reason: 'SlotStarted' }]);
  });

  it('does not insist when the API server refuses', async () => {
    const forbidden = new KubeError('events is forbidden', { code: 'Status', status: 403, reason: 'Forbidden' });
    const { clock, counts, recorder, sent, start, stop } = bench({ answer: () => Promise.reject(forbidden) });
    const running = start();
    recorder.record(event());
    await clock.advance(60_000);
    stop.abort();
    await running;

    expect(sent).toHaveLength(1);
    expect(counts.dropped).toEqual(['Refused']);
  });

  it('sends what is left when it is told to stop', async () => {
    const { clock, recorder, sent, start, stop } = bench({
      answer: () => clock.sleep(100, new AbortController().signal),
    });
    const running = start();
    for (let n = 0; n < 5; n++) recorder.record(event({ message: `Started slot prod-${n}` }));

    stop.abort();
    await clock.advance(600);
    await running;

    expect(sent).toHaveLength(5);
    expect(clock.sleeping).toBe(0);
  });

  it('gives up what it cannot send in 3 s when it is told to stop', async () => {
    const unreachable = new KubeError('refused', { code: 'Connection' });
    const { clock, counts, recorder, sent, start, stop } = bench({ answer: () => Promise.reject(unreachable) });
    const running = start();
    for (let n = 0; n < 3; n++) recorder.record(event({ message: `Started slot prod-${n}` }));

    stop.abort();
    await clock.advance(3000);
    await running;

    expect(sent.map(({ atSeconds }) => atSeconds)).toEqual([0, 1, 3]);
    expect(counts.dropped).toEqual(['ShutDown', 'ShutDown', 'ShutDown']);
    expect(clock.sleeping).toBe(0);
  });
});
