import { describe, expect, it } from '@jest/globals';
import { liveDeployment, livePod, livePool } from '../../../src/operator/apply/live-objects.ts';
import type { StoredPool } from '../../../src/operator/observe/caches.ts';
import type { WatchedPod } from '../../../src/operator/observe/watched-pod.ts';

function storedPool(spec: object = {}, status?: object, metadata: object = {}): StoredPool {
  return {
    apiVersion: 'pam.gatewaypool.io/v1alpha1',
    kind: 'GatewayPool',
    metadata: { name: 'prod', namespace: 'a', uid: 'uid-1', generation: 3, ...metadata },
    spec: { maxInstances: 3, image: 'gateway:1', config: { secretName: 's', as: { env: 'CONFIG' } }, ...spec },
    status,
  };
}

describe('livePool', () => {
  it('tells the limits that the spec wants, and those that the status shows', () => {
    const externalInstances = [{ name: 'dc2', platform: 'Linux' }];

    expect(livePool(storedPool({ externalInstances }, { maxInstances: 5, externalInstances: 2 }))).toEqual({
      uid: 'uid-1',
      generation: 3,
      deleting: false,
      paused: false,
      limits: { maxInstances: 3, externalInstances: 1 },
      published: { maxInstances: 5, externalInstances: 2 },
    });
  });

  it.each([
    {
      name: 'shows no limits yet',
      pool: storedPool({}, { observedGeneration: -1 }),
      expected: { published: undefined },
    },
    {
      name: 'is to restart',
      pool: storedPool({}, undefined, { annotations: { 'pam.gatewaypool.io/restart': '7' } }),
      expected: { restart: '7' },
    },
    { name: 'is paused', pool: storedPool({ paused: true }), expected: { paused: true } },
    {
      name: 'is being deleted',
      pool: storedPool({}, undefined, { deletionTimestamp: '2026-01-01T00:00:00Z' }),
      expected: { deleting: true },
    },
  ])('of a pool that $name', ({ pool, expected }) => {
    expect(livePool(pool)).toMatchObject(expected);
  });

  it('is none when the spec makes no sense: nothing may be started by it', () => {
    expect(livePool(storedPool({ maxInstances: 0 }))).toBeUndefined();
  });
});

describe('livePod', () => {
  const nowhere = () => undefined;
  const pod = (
    status: NonNullable<WatchedPod['status']>,
    labels: Record<string, string> = { 'pam.gatewaypool.io/slot': 'prod-0' },
  ): WatchedPod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'prod-0-abc', uid: 'uid-1', labels },
    spec: { nodeName: 'node-1' },
    status,
  });

  it.each([
    { name: 'held back', status: {}, expected: { placed: true, ended: false, started: false } },
    {
      name: 'let through',
      status: { initContainerStatuses: [{ name: 'balancer', restartCount: 0, started: true }] },
      expected: { started: true },
    },
    {
      name: 'let through, of which only the gateway tells',
      status: { containerStatuses: [{ name: 'gateway', restartCount: 1 }] },
      expected: { started: true },
    },
    { name: 'ended', status: { phase: 'Failed' }, expected: { ended: true } },
  ])('is $name', ({ status, expected }) => {
    expect(livePod(pod(status), nowhere)).toMatchObject({ slot: 'prod-0', uid: 'uid-1', ...expected });
  });

  it('has the address at which its sidecar is asked, and is Ready or not', () => {
    const conditions = [{ type: 'Ready', status: 'True' }];

    expect(livePod(pod({ podIP: '192.0.2.1', conditions }), nowhere)).toMatchObject({
      address: '192.0.2.1',
      ready: true,
    });
    expect(livePod(pod({}), nowhere)).toMatchObject({ address: undefined, ready: false });
  });

  it('is on a lost node when the cache of nodes says so', () => {
    const spec = { taints: [{ key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' }] };
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' }, spec };

    expect(livePod(pod({}), () => node).nodeLost).toBe(true);
  });

  it('counts under its own name when somebody took its slot away', () => {
    expect(livePod(pod({}, {}), nowhere).slot).toBe('prod-0-abc');
  });
});

describe('liveDeployment', () => {
  it('is known by its name, uid and version', () => {
    const metadata = { name: 'prod-0', uid: 'uid-1', resourceVersion: '7' };

    expect(liveDeployment({ apiVersion: 'apps/v1', kind: 'Deployment', metadata })).toEqual({
      slot: 'prod-0',
      uid: 'uid-1',
      resourceVersion: '7',
    });
  });
});
