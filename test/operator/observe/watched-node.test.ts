import { describe, expect, it } from '@jest/globals';
import type { WatchedNode } from '../../../src/operator/observe/watched-node.ts';
import { isCordoned, isNodeLost, trimNode } from '../../../src/operator/observe/watched-node.ts';

const unreachable = { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' };

const nodeOf = (spec: WatchedNode['spec']): WatchedNode => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'node-1', labels: { zone: 'a' } },
  ...(spec === undefined ? {} : { spec }),
});

describe('a node in the cache', () => {
  it.each([
    { name: 'that is well', spec: {}, lost: false, cordoned: false },
    { name: 'of which nothing is known', spec: undefined, lost: false, cordoned: false },
    { name: 'that does not answer', spec: { taints: [unreachable] }, lost: true, cordoned: false },
    { name: 'that is drained', spec: { unschedulable: true }, lost: false, cordoned: true },
    {
      name: 'with a taint of the user',
      spec: { taints: [{ key: 'dedicated', effect: 'NoSchedule' }], unschedulable: false },
      lost: false,
      cordoned: false,
    },
  ])('$name is lost: $lost, cordoned: $cordoned', ({ spec, lost, cordoned }) => {
    const trimmed = trimNode(nodeOf(spec));

    expect([isNodeLost(trimmed), isCordoned(trimmed)]).toEqual([lost, cordoned]);
  });

  it('is kept without the rest', () => {
    const taints = [unreachable, { key: 'dedicated', effect: 'NoSchedule' }];

    expect(trimNode(nodeOf({ taints }))).toEqual({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'node-1' },
      spec: { taints: [unreachable] },
    });
  });
});
