import type { ResourceType } from '../kube/object.ts';

const namespaced = (group: string, plural: string, kind: string): ResourceType => ({
  group,
  version: 'v1',
  plural,
  kind,
  namespaced: true,
});

/** The kinds that a pool is made of, as the REST API addresses them. */
export const deploymentType = namespaced('apps', 'deployments', 'Deployment');
export const replicaSetType = namespaced('apps', 'replicasets', 'ReplicaSet');
export const nodeType: ResourceType = { group: '', version: 'v1', plural: 'nodes', kind: 'Node', namespaced: false };
export const podType = namespaced('', 'pods', 'Pod');
export const serviceType = namespaced('', 'services', 'Service');
export const configMapType = namespaced('', 'configmaps', 'ConfigMap');
export const secretType = namespaced('', 'secrets', 'Secret');
export const serviceAccountType = namespaced('', 'serviceaccounts', 'ServiceAccount');
export const roleType = namespaced('rbac.authorization.k8s.io', 'roles', 'Role');
export const roleBindingType = namespaced('rbac.authorization.k8s.io', 'rolebindings', 'RoleBinding');
export const disruptionBudgetType = namespaced('policy', 'poddisruptionbudgets', 'PodDisruptionBudget');
export const networkPolicyType = namespaced('networking.k8s.io', 'networkpolicies', 'NetworkPolicy');
