import { describe, expect, it } from '@jest/globals';
import type { ObjectMeta } from '../../../src/kube/object.ts';
import { observeSlots } from '../../../src/operator/observe/slots.ts';
import type { WatchedDeployment } from '../../../src/operator/observe/watched-deployment.ts';
import type { WatchedPod } from '../../../src/operator/observe/watched-pod.ts';
import { childMetadata } from '../../../src/operator/render/pool.ts';
import { renderedPool } from '../render/rendered-pool.ts';

const pool = renderedPool();
const checks = { isDrift: () => false, revisionWith: () => 'r1' };
const surroundings = { nodeOf: () => undefined, progressAge: () => 0, gatewayAge: () => 0 };

const deployment = (name: string, metadata: Partial<ObjectMeta> = {}): WatchedDeployment => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { ...childMetadata(pool, name, name), uid: `uid-of-${name}`, ...metadata },
});

const pod = (
  slot: string,
  name = `${slot}-abc`,
  creationTimestamp = '2026-01-01T00:00:00Z',
  nodeName?: string,
): WatchedPod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    uid: name,
    creationTimestamp,
    labels: { 'pam.gatewaypool.io/pool': 'prod', 'pam.gatewaypool.io/slot': slot },
  },
  ...(nodeName === undefined ? {} : { spec: { nodeName } }),
});

function slotsOf(
  deployments: WatchedDeployment[],
  pods: WatchedPod[] = [],
): { slot: string; deployed: boolean; pods: string[] }[] {
  const slots = observeSlots({ pool, deployments, pods, surroundings, checks });
  return slots.map((slot) => ({
    slot: slot.name,
    deployed: slot.deployment !== undefined,
    pods: slot.pods.map(({ name }) => name),
  }));
}

describe('observeSlots', () => {
  it('puts Deployments and pods together, in the order of their numbers', () => {
    const found = slotsOf([deployment('prod-10'), deployment('prod-2')], [pod('prod-2'), pod('prod-0')]);

    expect(found).toEqual([
      { slot: 'prod-0', deployed: false, pods: ['prod-0-abc'] },
      { slot: 'prod-2', deployed: true, pods: ['prod-2-abc'] },
      { slot: 'prod-10', deployed: true, pods: [] },
    ]);
  });

  it('has the oldest pod of a slot first', () => {
    const pods = [pod('prod-0', 'new', '2026-01-02T00:00:00Z'), pod('prod-0', 'old', '2026-01-01T00:00:00Z')];

    expect(slotsOf([], pods)[0]?.pods).toEqual(['old', 'new']);
  });

  it.each([
    {
      name: 'a Deployment of another owner',
      deployments: [
        deployment('prod-0', {
          ownerReferences: [{ apiVersion: 'v1', kind: 'X', name: 'x', uid: 'x', controller: true }],
        }),
      ],
      pods: [],
    },
    { name: 'a Deployment whose name is no slot', deployments: [deployment('prod-extra')], pods: [] },
    { name: 'a pod without a slot', deployments: [], pods: [pod('')] },
    { name: 'a pod of a slot with a leading zero', deployments: [], pods: [pod('prod-01')] },
  ])('leaves out $name', ({ deployments, pods }) => {
    expect(slotsOf(deployments, pods)).toEqual([]);
  });

  it('sees a node that does not answer', () => {
    const taints = [{ key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' }];
    const lost = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' }, spec: { taints } };

    const [slot] = observeSlots({
      pool,
      deployments: [],
      pods: [pod('prod-0', 'a', undefined, 'node-1'), pod('prod-0', 'b', undefined, 'node-2')],
      surroundings: { ...surroundings, nodeOf: (name) => (name === 'node-1' ? lost : undefined) },
      checks,
    });

    expect(slot?.pods.map(({ nodeLost }) => nodeLost)).toEqual([true, false]);
  });
});
