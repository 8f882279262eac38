import type { KubeObject, OwnerReference, ResourceType } from '../../../src/kube/object.ts';

/** A Deployment as these tests look at it. */
export interface Deployment extends KubeObject {
  spec: {
    replicas?: number;
    paused?: boolean;
    minReadySeconds?: number;
    selector: { matchLabels: Record<string, string> };
    template: {
      metadata: { labels: Record<string, string>; annotations?: Record<string, string> };
      spec: { containers: { name: string; image: string; env?: { name: string; value: string }[] }[] };
    };
  };
}

const typeOf = (group: string, plural: string, kind: string): ResourceType => ({
  group,
  version: 'v1',
  plural,
  kind,
  namespaced: true,
});

export const deploymentType = typeOf('apps', 'deployments', 'Deployment');
export const serviceType = typeOf('', 'services', 'Service');

export function deployment(name: string, owner: OwnerReference, spec: Partial<Deployment['spec']> = {}): Deployment {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace: 'default', name, labels, ownerReferences: [owner] },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'gateway', image: 'example.test/gateway:1' }] } },
      ...spec,
    },
  };
}

/** One object of each kind that a pool has, written as a person would write it: the server adds its defaults. */
export function oneOfEach(owner: OwnerReference): { type: ResourceType; object: KubeObject }[] {
  const metadata = (name: string): KubeObject['metadata'] => ({
    namespace: 'default',
    name,
    labels: { app: 'each' },
    ownerReferences: [owner],
  });
  const of = (group: string, plural: string, kind: string, name: string, content: object) => ({
    type: typeOf(group, plural, kind),
    object: { apiVersion: group === '' ? 'v1' : `${group}/v1`, kind, metadata: metadata(name), ...content },
  });
  return [
    { type: deploymentType, object: deployment('each', owner) },
    of('', 'services', 'Service', 'each', {
      spec: { selector: { app: 'each' }, ports: [{ name: 'ssh', port: 22, targetPort: 2222 }] },
    }),
    of('', 'configmaps', 'ConfigMap', 'each', { data: { 'balancer.yaml': 'listeners: []\n' } }),
    of('', 'secrets', 'Secret', 'each', { type: 'Opaque', immutable: true, data: { config: 'aGVsbG8=' } }),
    of('', 'serviceaccounts', 'ServiceAccount', 'each', { automountServiceAccountToken: false }),
    of('policy', 'poddisruptionbudgets', 'PodDisruptionBudget', 'each', {
      spec: {
        maxUnavailable: 1,
        selector: { matchLabels: { app: 'each' } },
        unhealthyPodEvictionPolicy: 'AlwaysAllow',
      },
    }),
    of('rbac.authorization.k8s.io', 'roles', 'Role', 'each', {
      rules: [{ apiGroups: [''], resources: ['configmaps'], resourceNames: ['each'], verbs: ['get', 'list', 'watch'] }],
    }),
    of('rbac.authorization.k8s.io', 'rolebindings', 'RoleBinding', 'each', {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'each' },
      subjects: [{ kind: 'ServiceAccount', name: 'each', namespace: 'default' }],
    }),
    of('networking.k8s.io', 'networkpolicies', 'NetworkPolicy', 'each', {
      spec: {
        podSelector: { matchLabels: { app: 'each' } },
        policyTypes: ['Ingress'],
        ingress: [{ from: [{ podSelector: { matchLabels: { app: 'each' } } }], ports: [{ port: 2222 }] }],
      },
    }),
  ];
}
