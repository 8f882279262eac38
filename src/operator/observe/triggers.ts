import type { StoreEvent } from '../../kube/cache/store.ts';
import type { KubeObject } from '../../kube/object.ts';
import { keyOf } from '../../kube/object.ts';
import type { Caches, StoredPool } from './caches.ts';
import { poolKeyOf } from './caches.ts';
import { isRecord } from '../../kube/json.ts';
import { isCordoned, isNodeLost } from './watched-node.ts';

/** Told which pool has to be looked at. `initial`: it was there when the process started, so it is not urgent. */
export type Enqueue = (poolKey: string, options: { readonly initial: boolean }) => void;

/** Told that a pool is gone. */
export type OnPoolGone = (pool: StoredPool) => void;

/** Brings every change of the caches to the pool that it is about. */
export function watchForChanges(caches: Caches, enqueue: Enqueue, onPoolGone: OnPoolGone): void {
  caches.pools.onChange((event) => {
    if (event.type === 'Deleted') onPoolGone(event.old);
    enqueue(keyOf(event.new ?? event.old), { initial: event.initial });
  });

  const ofPool = (event: StoreEvent<KubeObject>): void => {
    // The old version too: a label that somebody took away or changed was ours.
    for (const key of new Set([event.old, event.new].map((object) => object && poolKeyOf(object)))) {
      if (key !== undefined) enqueue(key, { initial: event.initial });
    }
  };
  for (const store of new Set([caches.deployments, caches.pods, caches.configCopies, ...caches.children.values()])) {
    store.onChange(ofPool);
  }

  caches.configSecrets.onChange((event) => {
    const secret = event.new ?? event.old;
    for (const pool of caches.pools.list()) {
      if (usesSecret(pool, secret)) enqueue(keyOf(pool), { initial: event.initial });
    }
  });

  caches.nodes.onChange((event) => {
    if (isNodeLost(event.old) === isNodeLost(event.new) && isCordoned(event.old) === isCordoned(event.new)) return;
    const node = (event.new ?? event.old).metadata.name;
    for (const pod of caches.pods.list()) {
      const key = poolKeyOf(pod);
      if (pod.spec?.nodeName === node && key !== undefined) enqueue(key, { initial: event.initial });
    }
  });
}

function usesSecret(pool: StoredPool, secret: KubeObject): boolean {
  if (pool.metadata.namespace !== secret.metadata.namespace || !isRecord(pool.spec)) return false;
  const { config, listeners } = pool.spec;
  const holders = [config, ...(Array.isArray(listeners) ? listeners : []).flatMap(tlsOf)];
  return holders.some(
    (holder) => isRecord(holder) && secretFields.some((name) => holder[name] === secret.metadata.name),
  );
}

/** Of the configuration, and of a listener's `tls` and `targetTLS`. */
const secretFields = ['secretName', 'clientCASecretName', 'caSecretName', 'clientSecretName'];

function tlsOf(listener: unknown): unknown[] {
  return isRecord(listener) ? [listener['tls'], listener['targetTLS']] : [];
}
