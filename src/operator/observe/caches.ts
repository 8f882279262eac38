import type { Logger } from 'pino';
import { fieldManager, gatewayPoolType, labels } from '../../api/identity.ts';
import type { IndexFunction } from '../../kube/cache/key-index.ts';
import { Store } from '../../kube/cache/store.ts';
import type { Clock } from '../../kube/clock.ts';
import { isRecord } from '../../kube/json.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { ReflectorInstruments } from '../../kube/metrics/reflector.ts';
import { Reflector } from '../../kube/reflector/reflector.ts';
import type { WatchScope } from '../../kube/reflector/watch-scope.ts';
import type { KubeTransport } from '../../kube/transport/transport.ts';
import {
  configMapType,
  deploymentType,
  disruptionBudgetType,
  networkPolicyType,
  nodeType,
  podType,
  roleBindingType,
  roleType,
  secretType,
  serviceAccountType,
  serviceType,
} from '../resources.ts';
import type { WatchedDeployment } from './watched-deployment.ts';
import { trimDeployment } from './watched-deployment.ts';
import type { WatchedNode } from './watched-node.ts';
import { trimNode } from './watched-node.ts';
import type { WatchedPod } from './watched-pod.ts';
import { trimPod } from './watched-pod.ts';

/** A pool as the API server stores it, not parsed yet. */
export interface StoredPool extends KubeObject {
  spec?: unknown;
  status?: unknown;
}

export interface WatchedConfigMap extends KubeObject {
  data?: Record<string, string>;
}

/** Kinds of children that are applied as a whole and compared with the cache before anything is sent. */
export const childTypes = [
  serviceAccountType,
  roleType,
  roleBindingType,
  serviceType,
  configMapType,
  networkPolicyType,
  disruptionBudgetType,
] as const;

/** Name of the index that finds children by `namespace/pool`. */
export const byPool = 'pool';

/** Everything that is known of the cluster without asking. Read-only for all but the reflectors. */
export interface Caches {
  readonly pools: Store<StoredPool>;
  readonly deployments: Store<WatchedDeployment>;
  readonly pods: Store<WatchedPod>;
  readonly nodes: Store<WatchedNode>;
  readonly configMaps: Store<WatchedConfigMap>;
  /** Children of `childTypes`, by kind. */
  readonly children: ReadonlyMap<string, Store<KubeObject>>;
  /** Metadata of the copies of configurations. */
  readonly configCopies: Store<KubeObject>;
  /** Metadata of the users' labelled configuration Secrets. */
  readonly configSecrets: Store<KubeObject>;
}

export interface CacheOptions {
  readonly transport: KubeTransport;
  /** undefined: the whole cluster. */
  readonly namespace: string | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  /** By the name of the collection: `ConfigSecrets`, `Pods`. */
  readonly metricsFor: (name: string) => ReflectorInstruments;
}

/** What keeps one cache current. */
export interface CacheRunner {
  readonly name: string;
  run(signal: AbortSignal): Promise<void>;
  hasSynced(): boolean;
  lastEventAgeMilliseconds(): number;
}

/** Makes the caches, and the reflectors that fill them and keep them current. */
export function createCaches(options: CacheOptions): { caches: Caches; runners: CacheRunner[] } {
  const runners: CacheRunner[] = [];
  const indexes: Record<string, IndexFunction<KubeObject>> = { [byPool]: (object) => [poolKeyOf(object) ?? ''] };

  function watch<T extends KubeObject>(name: string, scope: WatchScope, transform?: (object: T) => T): Store<T> {
    const { transport, namespace, clock, random, logger } = options;
    const store = new Store<T>({ indexes });
    const { metrics, observe } = options.metricsFor(name);
    const where = scope.type.namespaced ? { namespace } : {};
    const trim = transform === undefined ? {} : { transform };
    const reflector = new Reflector<T>({
      ...scope,
      ...where,
      ...trim,
      transport,
      store,
      clock,
      random,
      logger,
      metrics,
    });
    observe(reflector);
    runners.push({
      name,
      run: (signal) => reflector.run(signal),
      hasSynced: () => reflector.hasSynced(),
      lastEventAgeMilliseconds: () => reflector.lastEventAgeMilliseconds(),
    });
    return store;
  }

  const ours = `app.kubernetes.io/managed-by=${fieldManager},${labels.pool}`;
  const configMaps = watch<WatchedConfigMap>('ConfigMaps', { type: configMapType, labelSelector: ours });
  const caches: Caches = {
    pools: watch<StoredPool>('GatewayPools', { type: gatewayPoolType }),
    deployments: watch('Deployments', { type: deploymentType, labelSelector: ours }, trimDeployment),
    // By the pool's label alone: the pods of a slot count whatever else somebody did to their labels.
    pods: watch('Pods', { type: podType, labelSelector: labels.pool }, trimPod),
    // Nodes belong to the whole cluster; who may see one namespace only does without them.
    nodes: options.namespace === undefined ? watch('Nodes', { type: nodeType }, trimNode) : new Store<WatchedNode>(),
    configMaps,
    children: new Map<string, Store<KubeObject>>(
      childTypes.map((type) => [
        type.kind,
        type === configMapType ? configMaps : watch(`${type.kind}s`, { type, labelSelector: ours }, trimChild),
      ]),
    ),
    configCopies: watch('ConfigCopies', { type: secretType, labelSelector: ours, metadataOnly: true }),
    configSecrets: watch('ConfigSecrets', {
      type: secretType,
      labelSelector: `${labels.config}=true`,
      metadataOnly: true,
    }),
  };
  return { caches, runners };
}

/**
 * Drops the status, which others write and which is not compared. The API server leaves `publishNotReadyAddresses: false` out of its
 * answers; put in again, it is not taken for a difference.
 */
function trimChild(child: StoredPool): StoredPool {
  const { status: _status, ...rest } = child;
  if (child.kind !== serviceType.kind || !isRecord(child.spec)) return rest;
  return { ...rest, spec: { publishNotReadyAddresses: false, ...child.spec } };
}

/** `namespace/pool` of the pool that an object belongs to by its label; undefined when it has none. */
export function poolKeyOf(object: KubeObject): string | undefined {
  const pool = object.metadata.labels?.[labels.pool];
  return pool === undefined ? undefined : `${object.metadata.namespace ?? ''}/${pool}`;
}
