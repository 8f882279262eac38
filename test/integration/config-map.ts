import type { KubeObject, ResourceType } from '../../src/kube/object.ts';

export interface ConfigMap extends KubeObject {
  data?: Record<string, string>;
}

export const configMapType: ResourceType = {
  group: '',
  version: 'v1',
  plural: 'configmaps',
  kind: 'ConfigMap',
  namespaced: true,
};
