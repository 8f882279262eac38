import { describe, expect, it } from '@jest/globals';
import type { WatchedPod } from '../../../src/operator/observe/watched-pod.ts';
import { observePod, trimPod } from '../../../src/operator/observe/watched-pod.ts';

const answering = (): boolean => false;

/** A pod of slot prod-0 as the API server sends it, placed and running unless said otherwise. */
function podOf(status: WatchedPod['status'] = {}, metadata: Partial<WatchedPod['metadata']> = {}): WatchedPod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'prod-0-abc',
      namespace: 'team-a',
      uid: 'uid-1',
      resourceVersion: '7',
      labels: { 'pam.gatewaypool.io/pool': 'prod', 'pam.gatewaypool.io/slot': 'prod-0', 'pod-template-hash': 'abc' },
      annotations: { 'pam.gatewaypool.io/revision': 'r1', 'example.com/large': 'x'.repeat(1000) },
      ...metadata,
    },
    spec: {
      nodeName: 'node-1',
      containers: [
        {
          env: [
            { valueFrom: { secretKeyRef: { name: 'other' } } },
            { valueFrom: { secretKeyRef: { name: 'prod-config-0123456789' } } },
          ],
        },
      ],
    },
    status,
  };
}

const container = (name: string, state: object, more: object = {}): object => ({
  name,
  restartCount: 0,
  state,
  ...more,
});

const statusOf = (status: object): WatchedPod => podOf(status);

describe('observePod', () => {
  it('reads what the pod was made from', () => {
    expect(observePod(podOf(), answering)).toMatchObject({
      name: 'prod-0-abc',
      uid: 'uid-1',
      node: 'node-1',
      revision: 'r1',
      configCopy: 'prod-config-0123456789',
    });
  });

  it('finds the copy of a configuration that is mounted as a file', () => {
    const pod: WatchedPod = {
      ...podOf(),
      spec: { volumes: [{}, { secret: { secretName: 'prod-config-9876543210' } }] },
    };

    expect(observePod(pod, answering).configCopy).toBe('prod-config-9876543210');
  });

  it.each([
    { name: 'Ready', status: { conditions: [{ type: 'Ready', status: 'True' }] }, sees: { ready: true } },
    { name: 'not Ready', status: { conditions: [{ type: 'Ready', status: 'False' }] }, sees: { ready: false } },
    { name: 'without any condition', status: {}, sees: { ready: false } },
    { name: 'that succeeded', status: { phase: 'Succeeded' }, sees: { ended: true } },
    { name: 'that failed', status: { phase: 'Failed' }, sees: { ended: true } },
    { name: 'that runs', status: { phase: 'Running' }, sees: { ended: false } },
    { name: 'of a lost node, as its status says', status: { reason: 'NodeLost' }, sees: { nodeLost: true } },
  ])('sees a pod $name', ({ status, sees }) => {
    expect(observePod(statusOf(status), answering)).toMatchObject(sees);
  });

  it('sees that the node of the pod does not answer', () => {
    expect(observePod(podOf(), (node) => node === 'node-1').nodeLost).toBe(true);
  });

  it('sees that the pod is on its way out', () => {
    expect(observePod(podOf({}, { deletionTimestamp: '2026-01-01T00:00:00Z' }), answering).terminating).toBe(true);
    expect(observePod(podOf(), answering).terminating).toBe(false);
  });

  it.each([
    {
      name: 'was let through by its sidecar',
      status: { initContainerStatuses: [container('balancer', { running: {} }, { started: true })] },
      started: true,
      ran: false,
    },
    {
      name: 'is held back',
      status: { initContainerStatuses: [container('balancer', { running: {} }, { started: false })] },
      started: false,
      ran: false,
    },
    { name: 'runs', status: { containerStatuses: [container('gateway', { running: {} })] }, started: false, ran: true },
    {
      name: 'ended',
      status: { containerStatuses: [container('gateway', { terminated: {} })] },
      started: false,
      ran: true,
    },
    {
      name: 'ran before and waits to be restarted',
      status: {
        containerStatuses: [
          container('gateway', { waiting: { reason: 'CrashLoopBackOff' } }, { lastState: { terminated: {} } }),
        ],
      },
      started: false,
      ran: true,
    },
    {
      name: 'was restarted',
      status: { containerStatuses: [container('gateway', {}, { restartCount: 3 })] },
      started: false,
      ran: true,
    },
    {
      name: 'never ran, while another container does',
      status: { containerStatuses: [container('exporter', { running: {} })] },
      started: false,
      ran: false,
    },
  ])('knows of a gateway that $name', ({ status, started, ran }) => {
    expect(observePod(statusOf(status), answering)).toMatchObject({
      balancerStarted: started,
      gatewayEverStarted: ran,
    });
  });

  it.each([
    {
      name: 'an image that cannot be pulled',
      status: {
        containerStatuses: [
          container('gateway', { waiting: { reason: 'ImagePullBackOff', message: 'no such image' } }),
        ],
      },
      waiting: { reason: 'ImagePullBackOff', message: 'no such image' },
    },
    {
      name: 'a node, and what the scheduler says',
      status: {
        conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes' }],
      },
      waiting: { reason: 'Unschedulable', message: '0/3 nodes' },
    },
    {
      name: 'nothing out of the ordinary while its containers are made',
      status: { containerStatuses: [container('gateway', { waiting: { reason: 'PodInitializing' } })] },
      waiting: undefined,
    },
    {
      name: 'nothing when all run',
      status: { containerStatuses: [container('gateway', { running: {} })] },
      waiting: undefined,
    },
  ])('tells that the pod waits for $name', ({ status, waiting }) => {
    expect(observePod(statusOf(status), answering).waiting).toEqual(waiting);
  });
});

describe('trimPod', () => {
  const full = podOf({
    phase: 'Running',
    podIP: '10.0.0.1',
    conditions: [
      { type: 'Ready', status: 'True' },
      { type: 'PodScheduled', status: 'True' },
      { type: 'ContainersReady', status: 'True' },
    ],
    initContainerStatuses: [{ name: 'balancer', restartCount: 0, started: true, state: { running: {} } }],
    containerStatuses: [{ name: 'gateway', restartCount: 1, state: { running: {} }, lastState: { terminated: {} } }],
  });

  it('keeps all that observing needs', () => {
    expect(observePod(trimPod(full), answering)).toEqual(observePod(full, answering));
    expect(trimPod(full).status?.podIP).toBe('10.0.0.1');
    expect(trimPod(full).metadata).toMatchObject({
      name: 'prod-0-abc',
      namespace: 'team-a',
      uid: 'uid-1',
      resourceVersion: '7',
    });
  });

  it('keeps the labels by which the pool finds it, and drops the rest', () => {
    expect(trimPod(full).metadata.labels).toEqual({
      'pam.gatewaypool.io/pool': 'prod',
      'pam.gatewaypool.io/slot': 'prod-0',
    });
    expect(JSON.stringify(trimPod(full)).length).toBeLessThan(JSON.stringify(full).length / 2);
  });

  it('does not trip over a pod without anything', () => {
    const bare: WatchedPod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'bare' } };

    expect(observePod(trimPod(bare), answering)).toEqual(observePod(bare, answering));
  });
});
