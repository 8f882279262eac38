import { describe, expect, it } from '@jest/globals';
import type { PodSurroundings, WatchedPod } from '../../../src/operator/observe/watched-pod.ts';
import { observePod, trimPod } from '../../../src/operator/observe/watched-pod.ts';

const progressAge = (): number => 5000;
const gatewayAge = (): number => 3000;
const surroundings = { nodeOf: () => undefined, progressAge, gatewayAge };

/** A pod whose node has this spec. */
const onNode = (spec: object): PodSurroundings => ({
  nodeOf: (name) => (name === 'node-1' ? { apiVersion: 'v1', kind: 'Node', metadata: { name }, spec } : undefined),
  progressAge,
  gatewayAge,
});

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
      initContainers: [{ name: 'balancer', image: 'balancer:3' }],
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
    expect(observePod(podOf(), surroundings)).toMatchObject({
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

    expect(observePod(pod, surroundings).configCopy).toBe('prod-config-9876543210');
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
    expect(observePod(statusOf(status), surroundings)).toMatchObject(sees);
  });

  it('sees that the node of the pod does not answer', () => {
    const taints = [{ key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' }];

    expect(observePod(podOf(), onNode({ taints }))).toMatchObject({ nodeLost: true, nodeCordoned: false });
  });

  it('sees that the node of the pod takes no new pods', () => {
    expect(observePod(podOf(), onNode({ unschedulable: true }))).toMatchObject({ nodeLost: false, nodeCordoned: true });
    expect(observePod(podOf(), onNode({})).nodeCordoned).toBe(false);
  });

  it('tells how long it is known that the pod could become Ready', () => {
    expect(observePod(podOf(), surroundings).progressMilliseconds).toBe(5000);
  });

  it('knows the image of the sidecar, and of no other container', () => {
    const initContainers = [
      { name: 'wait-for-dns', image: 'wait:1' },
      { name: 'balancer', image: 'balancer:3' },
    ];

    expect(observePod({ ...podOf(), spec: { initContainers } }, surroundings).balancerImage).toBe('balancer:3');
    expect(observePod({ ...podOf(), spec: {} }, surroundings).balancerImage).toBeUndefined();
  });

  it.each([
    { name: 'is not known yet', sidecar: [], ran: false },
    { name: 'waits for its image', sidecar: [container('balancer', { waiting: { reason: 'x' } })], ran: false },
    { name: 'runs', sidecar: [container('balancer', { running: {} })], ran: true },
    { name: 'ended', sidecar: [container('balancer', { terminated: {} })], ran: true },
    { name: 'is restarted', sidecar: [container('balancer', { waiting: {} }, { restartCount: 1 })], ran: true },
    { name: 'let its gateway through', sidecar: [container('balancer', {}, { started: true })], ran: true },
  ])('says $ran when asked whether a sidecar that $name ever ran', ({ sidecar, ran }) => {
    expect(observePod(statusOf({ initContainerStatuses: sidecar }), surroundings).balancerEverRan).toBe(ran);
  });

  it('sees that the pod is on its way out', () => {
    expect(observePod(podOf({}, { deletionTimestamp: '2026-01-01T00:00:00Z' }), surroundings).terminating).toBe(true);
    expect(observePod(podOf(), surroundings).terminating).toBe(false);
  });

  it('knows when its grace period ends', () => {
    const endsAt = '2026-01-01T01:01:00Z';

    expect(observePod(trimPod(podOf({}, { deletionTimestamp: endsAt })), surroundings).endsAt).toBe(endsAt);
    expect(observePod(podOf(), surroundings).endsAt).toBeUndefined();
  });

  it.each([
    { name: 'its grace period says', grace: 3660, deadline: 3600 },
    { name: 'none, of a pod whose grace period is shorter than ours', grace: 30, deadline: 0 },
    { name: 'not known', grace: undefined, deadline: undefined },
  ])('knows its drain deadline: $name', ({ grace, deadline }) => {
    const spec = grace === undefined ? {} : { terminationGracePeriodSeconds: grace };

    expect(observePod(trimPod({ ...podOf(), spec }), surroundings).drainDeadlineSeconds).toBe(deadline);
  });

  it('tells how long it is known that the gateway runs', () => {
    expect(observePod(podOf(), surroundings).gatewayRunsMilliseconds).toBe(3000);
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
    expect(observePod(statusOf(status), surroundings)).toMatchObject({
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
    expect(observePod(statusOf(status), surroundings).waiting).toEqual(waiting);
  });
});

describe('how the gateway last ended', () => {
  const end = { reason: 'Error', exitCode: 4, message: 'opensesame is wrong' };

  it.each([
    { name: 'it has just ended', gateway: container('gateway', { terminated: end }) },
    {
      name: 'it was started again',
      gateway: container('gateway', { running: {} }, { restartCount: 3, lastState: { terminated: end } }),
    },
  ])('is told when $name, without its last words', ({ gateway }) => {
    const pod = trimPod(statusOf({ containerStatuses: [gateway] }));

    expect(observePod(pod, surroundings).lastEnd).toEqual({ reason: 'Error', exitCode: 4 });
    expect(JSON.stringify(pod)).not.toContain('opensesame');
  });

  it('is not known of one that never did', () => {
    const pod = statusOf({ containerStatuses: [container('gateway', { running: {} })] });

    expect(observePod(pod, surroundings).lastEnd).toBeUndefined();
  });
});

describe('trimPod', () => {
  const lastWords = { finishedAt: '2026-01-01T00:00:00Z', message: 'the last words of a container'.repeat(20) };
  const full = podOf({
    phase: 'Running',
    podIP: '10.0.0.1',
    conditions: [
      { type: 'Ready', status: 'True' },
      { type: 'PodScheduled', status: 'True' },
      { type: 'Initialized', status: 'True', lastTransitionTime: '2026-01-01T00:00:01Z' },
      { type: 'ContainersReady', status: 'True' },
    ],
    initContainerStatuses: [
      { name: 'wait-for-dns', restartCount: 0, state: { terminated: lastWords } },
      {
        name: 'balancer',
        restartCount: 1,
        started: true,
        state: { running: {} },
        lastState: { terminated: lastWords },
      },
    ],
    containerStatuses: [
      { name: 'gateway', restartCount: 1, state: { running: {} }, lastState: { terminated: lastWords } },
    ],
  });

  it('keeps all that observing needs', () => {
    expect(observePod(trimPod(full), surroundings)).toEqual(observePod(full, surroundings));
    expect(trimPod(full).status?.podIP).toBe('10.0.0.1');
    expect(trimPod(full).metadata).toMatchObject({
      name: 'prod-0-abc',
      namespace: 'team-a',
      uid: 'uid-1',
      resourceVersion: '7',
    });
  });

  it('keeps the last words of the sidecar alone', () => {
    const { initContainerStatuses = [], containerStatuses = [] } = trimPod(full).status ?? {};

    expect(initContainerStatuses.map(({ state }) => state?.terminated)).toEqual([{}, undefined]);
    expect(initContainerStatuses[1]?.lastState?.terminated).toEqual(lastWords);
    expect(containerStatuses[0]?.lastState?.terminated).toEqual({});
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

    expect(observePod(trimPod(bare), surroundings)).toEqual(observePod(bare, surroundings));
  });
});
