import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { KubeClient } from '../../../src/kube/client.ts';
import { systemClock } from '../../../src/kube/clock.ts';
import { type Event, eventResource, referenceTo } from '../../../src/kube/events/event.ts';
import { EventRecorder } from '../../../src/kube/events/recorder.ts';
import { type ControlPlane, controlPlaneTimeoutMilliseconds, startControlPlane } from '../../cluster/control-plane.ts';
import { until, untilSeen } from '../../cluster/until.ts';
import { memoryLogger } from '../../kube/memory-logger.ts';
import { type ConfigMap, configMapType } from '../config-map.ts';
import { connect } from '../connect.ts';

describe('EventRecorder against a real API server', () => {
  let controlPlane: ControlPlane;
  let client: KubeClient;
  let close = (): void => {};
  let recorder: EventRecorder;
  let stop: AbortController;
  let running: Promise<void>;

  const objectNamed = (name: string): Promise<ConfigMap> =>
    client.create<ConfigMap>(configMapType, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace: 'default', name },
    });
  const eventsAbout = async (name: string): Promise<Event[]> => {
    const fieldSelector = `regarding.name=${name}`;
    return (await client.list<Event>(eventResource, { namespace: 'default', fieldSelector })).items;
  };

  beforeAll(async () => {
    controlPlane = await startControlPlane({ controllerManager: false });
    ({ client, close } = await connect(controlPlane.kubeconfigPath, 'events-test'));
  }, controlPlaneTimeoutMilliseconds);

  beforeEach(() => {
    stop = new AbortController();
    recorder = new EventRecorder({
      client,
      clock: systemClock,
      logger: memoryLogger().logger,
      source: { reportingController: 'example.com/operator', reportingInstance: 'operator-0' },
    });
    running = recorder.run(stop.signal);
  });

  afterEach(async () => {
    stop.abort();
    await running;
  });

  afterAll(async () => {
    close();
    await controlPlane.stop();
  });

  it('writes an event as kubectl shows it', async () => {
    const regarding = referenceTo(await objectNamed('shown'));

    recorder.record({ regarding, type: 'Warning', reason: 'CapExceeded', action: 'Plan', message: '3 run, 2 may' });
    const [event] = await until('the event', 30_000, async () => {
      const events = await eventsAbout('shown');
      return events.length > 0 && events;
    });
    const table = await controlPlane.kubectl(['events', '--for=configmap/shown']);

    expect(event).toMatchObject({
      regarding,
      type: 'Warning',
      reason: 'CapExceeded',
      action: 'Plan',
      note: '3 run, 2 may',
      reportingController: 'example.com/operator',
      reportingInstance: 'operator-0',
      eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
    });
    expect(table).toMatch(/Warning\s+CapExceeded\s+ConfigMap\/shown\s+3 run, 2 may/);
  });

  it('counts repetitions on the event that is there', async () => {
    const regarding = referenceTo(await objectNamed('repeated'));
    const record = { regarding, type: 'Normal', reason: 'Waits', action: 'Plan', message: 'Waits for a seat' } as const;
    recorder.record(record);
    await untilSeen(
      'the event',
      30_000,
      () => eventsAbout('repeated'),
      (seen) => seen.length === 1,
    );

    recorder.record(record);
    await untilSeen(
      'the count 2',
      30_000,
      () => eventsAbout('repeated'),
      (seen) => seen[0]?.series?.count === 2,
    );
    recorder.record(record);
    await untilSeen(
      'the count 3',
      30_000,
      () => eventsAbout('repeated'),
      (seen) => seen[0]?.series?.count === 3,
    );

    expect(await eventsAbout('repeated')).toMatchObject([
      { series: { count: 3, lastObservedTime: expect.stringMatching(/\.\d{6}Z$/) } },
    ]);
  });

  it('writes a new event when the one that it counted on has expired', async () => {
    const regarding = referenceTo(await objectNamed('expired'));
    const record = { regarding, type: 'Normal', reason: 'Waits', action: 'Plan', message: 'Waits for a seat' } as const;
    recorder.record(record);
    await untilSeen(
      'the event',
      30_000,
      () => eventsAbout('expired'),
      (seen) => seen.length === 1,
    );
    const [first] = await eventsAbout('expired');
    await client.delete(eventResource, { namespace: 'default', name: first?.metadata.name ?? '' });

    recorder.record(record);
    const [second] = await until('a new event', 30_000, async () => {
      const events = await eventsAbout('expired');
      return events.length > 0 && events;
    });

    expect(second?.metadata.name).not.toBe(first?.metadata.name);
    expect(second?.series).toBeUndefined();
  });

  it('fits a long message in any alphabet into what the API server takes', async () => {
    const regarding = referenceTo(await objectNamed('long'));

    for (const message of ['x'.repeat(5000), 'ß'.repeat(5000), '🔑'.repeat(5000)]) {
      recorder.record({ regarding, type: 'Normal', reason: 'Long', action: 'Plan', message });
    }

    const events = await until('three events', 30_000, async () => {
      const found = await eventsAbout('long');
      return found.length === 3 && found;
    });
    expect(events.map(({ note }) => Buffer.byteLength(note))).toEqual(expect.arrayContaining([1024, 1023, 1023]));
  });

  it('sends everything that is recorded before it ends', async () => {
    const regarding = referenceTo(await objectNamed('last-words'));

    for (let n = 0; n < 20; n++) {
      recorder.record({ regarding, type: 'Normal', reason: 'Stopped', action: 'Stop', message: `Stopped worker ${n}` });
    }
    stop.abort();
    await running;

    expect(await eventsAbout('last-words')).toHaveLength(20);
  });
});
