import { beforeEach, describe, expect, it } from '@jest/globals';
import { Store } from '../../../src/kube/cache/store.ts';
import type { ProgressAge } from '../../../src/operator/observe/watched-pod.ts';
import { progressSince, trackGateways, trackProgress } from '../../../src/operator/observe/progress.ts';
import type { WatchedPod } from '../../../src/operator/observe/watched-pod.ts';
import { FakeClock } from '../../kube/fake-clock.ts';

const created = '2026-01-01T00:00:00Z';

function podOf(status: object, metadata: object = {}): WatchedPod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'prod-0-abc',
      namespace: 'a',
      uid: 'u',
      resourceVersion: '1',
      creationTimestamp: created,
      ...metadata,
    },
    status,
  };
}

const initialized = (lastTransitionTime: string, value = 'True'): object => ({
  conditions: [{ type: 'Initialized', status: value, lastTransitionTime }],
});
const sidecar = (state: object, lastState: object = {}): object => ({
  initContainerStatuses: [{ name: 'balancer', restartCount: 0, state, lastState }],
});

describe('progressSince', () => {
  it.each([
    {
      name: 'is the moment at which the sidecar let the gateway start',
      status: { ...initialized('2026-01-01T08:00:00Z'), ...sidecar({ running: {} }) },
      since: '2026-01-01T08:00:00Z',
    },
    {
      name: 'is unknown while the sidecar waits for the seat: sessions of its predecessor may take for ever',
      status: { ...initialized(created, 'False'), ...sidecar({ running: {} }) },
      since: undefined,
    },
    { name: 'is the creation while no container is known', status: {}, since: created },
    {
      name: 'is the creation while the image of the sidecar cannot be pulled',
      status: sidecar({ waiting: { reason: 'ImagePullBackOff' } }),
      since: created,
    },
    {
      name: 'is the crash of a sidecar that has waited for hours',
      status: sidecar(
        { waiting: { reason: 'CrashLoopBackOff' } },
        { terminated: { finishedAt: '2026-01-01T09:00:00Z' } },
      ),
      since: '2026-01-01T09:00:00Z',
    },
    {
      name: 'is the crash of a sidecar that is not restarted yet',
      status: sidecar({ terminated: { finishedAt: '2026-01-01T09:00:00Z' } }),
      since: '2026-01-01T09:00:00Z',
    },
  ])('$name', ({ status, since }) => {
    expect(progressSince(podOf(status))).toBe(since);
  });
});

describe('trackProgress', () => {
  let clock: FakeClock;
  let pods: Store<WatchedPod>;
  let ageOf: ProgressAge;

  beforeEach(() => {
    clock = new FakeClock();
    pods = new Store<WatchedPod>();
    ageOf = trackProgress(pods, clock);
  });

  const put = (pod: WatchedPod, resourceVersion: string): WatchedPod => {
    const stored = { ...pod, metadata: { ...pod.metadata, resourceVersion } };
    pods.put(stored, resourceVersion);
    return stored;
  };

  it('counts by the clock of this process, whatever the clock of the cluster says', async () => {
    const pod = put(podOf(initialized('2099-01-01T00:00:00Z')), '1');

    await clock.advance(7000);

    expect(ageOf(pod)).toBe(7000);
  });

  it('goes on over changes of the pod that are no progress', async () => {
    put(podOf(initialized(created)), '1');
    await clock.advance(4000);
    const pod = put(podOf({ ...initialized(created), podIP: '192.0.2.1' }), '2');
    await clock.advance(3000);

    expect(ageOf(pod)).toBe(7000);
  });

  it('begins when the pod got its seat, and anew for another pod of the same name', async () => {
    const waiting = put(podOf({ ...initialized(created, 'False'), ...sidecar({ running: {} }) }), '1');
    await clock.advance(60_000);
    const unseated = ageOf(waiting);
    const seated = put(podOf(initialized('2026-01-01T00:01:00Z')), '2');
    await clock.advance(1000);
    const age = ageOf(seated);
    const successor = put(podOf(initialized('2026-01-01T00:01:00Z'), { uid: 'v' }), '3');

    expect([unseated, age, ageOf(successor)]).toEqual([undefined, 1000, 0]);
  });

  it('knows nothing of a pod that it has not seen, and forgets one that is gone', async () => {
    const pod = put(podOf(initialized(created)), '1');
    await clock.advance(5000);
    pods.remove('a/prod-0-abc', '2');

    expect(ageOf(pod)).toBe(0);
  });
});

describe('trackGateways', () => {
  const runsSince = (startedAt: string, resourceVersion: string): WatchedPod => {
    const gateway = { name: 'gateway', restartCount: 0, state: { running: { startedAt } } };
    const pod = podOf({ containerStatuses: [gateway] });
    return { ...pod, metadata: { ...pod.metadata, resourceVersion } };
  };

  it('counts from the start of the container, and anew after its restart', async () => {
    const clock = new FakeClock();
    const pods = new Store<WatchedPod>();
    const ageOf = trackGateways(pods, clock);
    const first = runsSince('2026-01-01T00:00:00Z', '1');
    const restarted = runsSince('2026-01-01T00:00:09Z', '2');

    pods.put(first, '1');
    await clock.advance(4000);
    const age = ageOf(first);
    pods.put(restarted, '2');
    await clock.advance(1000);

    expect([age, ageOf(restarted)]).toEqual([4000, 1000]);
  });

  it('knows no time of a gateway that does not run, whatever runs beside it', () => {
    const ageOf = trackGateways(new Store<WatchedPod>(), new FakeClock());
    const running = { running: { startedAt: '2026-01-01T00:00:00Z' } };
    const waits = { name: 'gateway', restartCount: 1, state: { waiting: { reason: 'CrashLoopBackOff' } } };

    expect(ageOf(podOf({ containerStatuses: [{ name: 'exporter', restartCount: 0, state: running }, waits] }))).toBe(
      undefined,
    );
  });
});
