import type { KubeClient } from '../../kube/client.ts';
import type { KubeObject, ResourceType } from '../../kube/object.ts';

/** Told of every write that was answered. */
export type OnWrite = (type: ResourceType, answer: KubeObject) => void;

/** A client that tells what its writes brought about, so that no plan is made from a cache that does not show them yet. */
export function trackedClient(client: KubeClient, onWrite: OnWrite): KubeClient {
  async function told<T extends KubeObject>(type: ResourceType, write: Promise<T>): Promise<T> {
    const answer = await write;
    onWrite(type, answer);
    return answer;
  }

  return {
    ...client,
    create: (type, object, options) => told(type, client.create(type, object, options)),
    replace: (type, object, options) => told(type, client.replace(type, object, options)),
    apply: (type, object, options) => told(type, client.apply(type, object, options)),
    mergePatch: (type, key, patch, options) => told(type, client.mergePatch(type, key, patch, options)),
  };
}
