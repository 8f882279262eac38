import { describe, expect, it } from '@jest/globals';
import type { KubeObject, ObjectMeta } from '../../../src/kube/object.ts';
import { belongsTo, describeForeign } from '../../../src/operator/observe/ownership.ts';
import { childMetadata } from '../../../src/operator/render/pool.ts';
import { renderedPool } from '../render/rendered-pool.ts';

const pool = renderedPool();
const child = childMetadata(pool, 'prod');
const service = (metadata: Partial<ObjectMeta>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'prod', ...metadata },
});
const controlledBy = (kind: string, uid: string): Partial<ObjectMeta> => ({
  ownerReferences: [{ apiVersion: 'v1', kind, name: 'other', uid, controller: true }],
});

describe('belongsTo', () => {
  it.each([
    { name: 'one that we made', object: service(child), ours: true },
    { name: 'ours without its labels', object: service({ ...child, labels: {} }), ours: true },
    { name: 'ours without its owner', object: service({ ...child, ownerReferences: [] }), ours: true },
    { name: 'one with neither', object: service({}), ours: false },
    {
      name: 'one of another controller with our labels',
      object: service({ ...child, ...controlledBy('Release', 'x') }),
      ours: false,
    },
    {
      name: 'a child of a deleted pool of the same name',
      object: service({ ...child, ...controlledBy('GatewayPool', 'older') }),
      ours: false,
    },
    {
      name: 'one with the labels of another pool',
      object: service({ labels: { ...child.labels, 'pam.gatewaypool.io/pool': 'test' } }),
      ours: false,
    },
    {
      name: 'one that somebody else manages',
      object: service({ labels: { ...child.labels, 'app.kubernetes.io/managed-by': 'Helm' } }),
      ours: false,
    },
    {
      name: 'one that others refer to as well',
      object: service({
        ...child,
        ownerReferences: [{ apiVersion: 'v1', kind: 'Job', name: 'j', uid: 'j' }, ...(child.ownerReferences ?? [])],
      }),
      ours: true,
    },
  ])('$name: $ours', ({ object, ours }) => {
    expect(belongsTo(object, pool)).toBe(ours);
  });
});

describe('describeForeign', () => {
  it.each([
    { name: 'its controller', metadata: controlledBy('Ingress', 'x'), owner: 'is owned by Ingress other' },
    {
      name: 'its Helm release',
      metadata: { annotations: { 'meta.helm.sh/release-name': 'web' } },
      owner: 'is owned by Helm release web',
    },
    {
      name: 'who manages it',
      metadata: { labels: { 'app.kubernetes.io/managed-by': 'argo' } },
      owner: 'is managed by argo',
    },
    { name: 'that nobody owns it', metadata: {}, owner: 'has no owner' },
  ])('tells $name', ({ metadata, owner }) => {
    expect(describeForeign(service(metadata))).toEqual({ kind: 'Service', name: 'prod', owner });
  });
});
