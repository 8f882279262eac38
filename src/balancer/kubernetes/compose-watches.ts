import type { KubeClient } from '../../kube/client.ts';
import { addressFamily } from '../endpoints/pool-view.ts';
import type { KnownPool } from './compose-known-pool.ts';
import type { PodEnvironment } from './pod-environment.ts';
import { createPoolWatch, type PoolWatch, type WatchOptions } from './pool-watch.ts';
import { createSettingsWatch, type SettingsWatch } from './settings-watch.ts';

/** All that a sidecar follows at the API server. */
export interface Watches {
  readonly pool: PoolWatch;
  readonly settings: SettingsWatch;
  /** Since when the API server says nothing, by what metrics call the watch. */
  agesMilliseconds(): Readonly<Record<string, number>>;
}

/** The watches of the sidecar's pool, which tell what they see to `known`. */
export function composeWatches(
  options: Omit<WatchOptions, 'namespace'> & {
    readonly pod: PodEnvironment;
    readonly client: KubeClient;
    readonly known: KnownPool;
    /** Called after the pods of the pool changed. */
    readonly onPods: () => void;
  },
): Watches {
  const { pod, client, known, onPods, transport, clock, random, logger } = options;
  const watchOptions = { transport, namespace: pod.namespace, clock, random, logger };
  const pool = createPoolWatch({
    ...watchOptions,
    client,
    serviceName: `${pod.pool}-instances`,
    family: addressFamily(pod.podAddress),
    onChange: (view) => {
      known.state.viewChanged(view);
      known.drain.viewChanged(view);
      onPods();
    },
  });
  const settings = createSettingsWatch({
    ...watchOptions,
    name: `${pod.pool}-balancer`,
    onText: (text) => known.settings.offer(text),
    onDrains: (text) => known.drain.offerOrders(text),
  });
  return {
    pool,
    settings,
    agesMilliseconds: () => ({
      endpointslices: pool.lastEventAgeMilliseconds(),
      settings: settings.lastEventAgeMilliseconds(),
    }),
  };
}
