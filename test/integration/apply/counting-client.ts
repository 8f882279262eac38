import type { KubeClient } from '../../../src/kube/client.ts';

/** A client that notes the verb of every call on its way to the API server. */
export function countingClient(client: KubeClient): { client: KubeClient; verbs: string[] } {
  const verbs: string[] = [];
  const counted: KubeClient = {
    get: (...args) => (verbs.push('get'), client.get(...args)),
    list: (...args) => (verbs.push('list'), client.list(...args)),
    create: (...args) => (verbs.push('create'), client.create(...args)),
    replace: (...args) => (verbs.push('replace'), client.replace(...args)),
    apply: (...args) => (verbs.push('apply'), client.apply(...args)),
    mergePatch: (...args) => (verbs.push('mergePatch'), client.mergePatch(...args)),
    delete: (...args) => (verbs.push('delete'), client.delete(...args)),
  };
  return { client: counted, verbs };
}
