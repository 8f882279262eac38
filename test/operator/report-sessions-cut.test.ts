import { beforeEach, describe, expect, it } from '@jest/globals';
import { Store } from '../../src/kube/cache/store.ts';
import type { EventRecord } from '../../src/kube/events/series.ts';
import type { StoredPool } from '../../src/operator/observe/caches.ts';
import type { WatchedPod } from '../../src/operator/observe/watched-pod.ts';
import { reportSessionsCut } from '../../src/operator/report-sessions-cut.ts';

let pods: Store<WatchedPod>;
let pools: Store<StoredPool>;
let events: EventRecord[];
let counted: unknown[];
let end: () => void;

beforeEach(() => {
  pods = new Store<WatchedPod>();
  pools = new Store<StoredPool>();
  events = [];
  counted = [];
  end = reportSessionsCut(
    { pods, pools },
    { recordEvent: (event) => events.push(event), count: (pool, sessions) => counted.push([pool, sessions]) },
  );
  const metadata = { name: 'prod', namespace: 'a', uid: 'pool-uid', resourceVersion: '1' };
  pools.put({ apiVersion: 'pam.gatewaypool.io/v1alpha1', kind: 'GatewayPool', metadata }, '1');
  pods.put(podOf('1'), '1');
});

/** A pod of slot prod-0 whose sidecar ended with this message, or runs. */
function podOf(resourceVersion: string, message?: string): WatchedPod {
  const finishedAt = `2026-01-01T00:00:0${resourceVersion}Z`;
  const state = message === undefined ? { running: {} } : { terminated: { finishedAt, message } };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'prod-0-abc',
      namespace: 'a',
      uid: 'pod-uid',
      resourceVersion,
      labels: { 'pam.gatewaypool.io/pool': 'prod', 'pam.gatewaypool.io/slot': 'prod-0' },
    },
    status: { initContainerStatuses: [{ name: 'balancer', restartCount: 0, state }] },
  };
}

describe('reportSessionsCut', () => {
  it.each([
    {
      name: 'its own sessions',
      message: '{"sessionsCut":2,"transitCut":0}',
      sessions: 2,
      note: 'Cut off sessions when an instance of slot prod-0 ended: 2 of its own (pod prod-0-abc)',
    },
    {
      name: 'sessions of others',
      message: '{"sessionsCut":0,"transitCut":1}',
      sessions: 1,
      note: 'Cut off sessions when an instance of slot prod-0 ended: 1 of other instances that entered through it (pod prod-0-abc)',
    },
    {
      name: 'both',
      message: '{"sessionsCut":2,"transitCut":3}',
      sessions: 5,
      note: 'Cut off sessions when an instance of slot prod-0 ended: 2 of its own and 3 of other instances that entered through it (pod prod-0-abc)',
    },
  ])('tells on the pool that $name were cut, and counts them', ({ message, sessions, note }) => {
    pods.put(podOf('2', message), '2');

    expect(counted).toEqual([[{ namespace: 'a', name: 'prod' }, sessions]]);
    expect(events).toMatchObject([
      { regarding: { kind: 'GatewayPool', uid: 'pool-uid' }, type: 'Warning', reason: 'SessionsCut', message: note },
    ]);
  });

  it('tells on the pod when the pool is deleted already', () => {
    pools.remove('a/prod', '2');

    pods.put(podOf('3', '{"sessionsCut":1,"transitCut":0}'), '3');

    expect(events).toMatchObject([{ regarding: { apiVersion: 'v1', kind: 'Pod', uid: 'pod-uid' } }]);
  });

  it('is silent about what was there when the process started, and about pods that only change', () => {
    pods.replace(new Map([['a/prod-0-abc', podOf('4', '{"sessionsCut":1,"transitCut":0}')]]), '4', { initial: true });
    pods.remove('a/prod-0-abc', '5');

    expect([events, counted]).toEqual([[], []]);
  });

  it('ends when it is told to', () => {
    end();

    pods.put(podOf('6', '{"sessionsCut":1,"transitCut":0}'), '6');

    expect(events).toEqual([]);
  });
});
