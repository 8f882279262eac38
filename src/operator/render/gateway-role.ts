import type { RbacV1Subject, V1RoleRef } from '@kubernetes/client-node';
import type { KubeObject } from '../../kube/object.ts';
import { childNames } from '../names.ts';
import type { RenderedPool } from './pool.ts';
import { childMetadata } from './pool.ts';

export interface Role extends KubeObject {
  rules: { apiGroups: string[]; resources: string[]; resourceNames?: string[]; verbs: string[] }[];
}

export interface RoleBinding extends KubeObject {
  roleRef: V1RoleRef;
  subjects: RbacV1Subject[];
}

/**
 * What a sidecar may read: its settings and the start gate by name, and the EndpointSlices of the namespace (their names are
 * generated, so RBAC cannot narrow them). The operator can only grant what it holds: the chart's rules must cover these.
 */
export function gatewayRole(pool: RenderedPool): Role {
  const names = childNames(pool.name);
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: childMetadata(pool, names.gateway),
    rules: [
      {
        apiGroups: [''],
        resources: ['configmaps'],
        resourceNames: [names.balancer, names.seats],
        verbs: ['get', 'list', 'watch'],
      },
      { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['get', 'list', 'watch'] },
    ],
  };
}

/** Gives the Role to the ServiceAccount. */
export function gatewayRoleBinding(pool: RenderedPool): RoleBinding {
  const names = childNames(pool.name);
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: childMetadata(pool, names.gateway),
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: names.gateway },
    subjects: [{ kind: 'ServiceAccount', name: names.gateway, namespace: pool.namespace }],
  };
}
