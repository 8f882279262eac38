import type { Logger } from '../../kube/logger.ts';
import { Store } from '../../kube/cache/store.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { Clock } from '../../kube/clock.ts';
import { Reflector } from '../../kube/reflector/reflector.ts';
import type { KubeTransport } from '../../kube/transport/transport.ts';
import { endpointSliceType, parseEndpointSlice, serviceNameLabel } from '../endpoints/endpoint-slice.ts';
import type { EndpointSlice } from '../endpoints/endpoint-slice.ts';
import { poolView } from '../endpoints/pool-view.ts';
import type { AddressFamily, PoolView } from '../endpoints/pool-view.ts';

/** What every watch of a sidecar needs. */
export interface WatchOptions {
  readonly transport: KubeTransport;
  readonly namespace: string;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly logger: Logger;
}

/** The pods of a pool, as the EndpointSlices of its headless Service tell. */
export interface PoolWatch {
  /** Undefined before the first complete answer. */
  view(): PoolView | undefined;
  /** Asks the API server now. @throws KubeError */
  liveView(signal: AbortSignal): Promise<PoolView>;
  lastEventAgeMilliseconds(): number;
  run(signal: AbortSignal): Promise<void>;
}

const liveDeadlineMilliseconds = 5000;

export function createPoolWatch(
  options: WatchOptions & {
    readonly client: KubeClient;
    readonly serviceName: string;
    readonly family: AddressFamily;
    /** Called once for each burst of changes. */
    readonly onChange: (view: PoolView) => void;
  },
): PoolWatch {
  const { client, namespace, serviceName, family, onChange } = options;
  const labelSelector = `${serviceNameLabel}=${serviceName}`;
  const store = new Store<EndpointSlice>();
  const reflector = new Reflector({
    ...options,
    type: endpointSliceType,
    labelSelector,
    store,
    transform: parseEndpointSlice,
  });
  const current = (): PoolView => poolView(store.list(), family);

  let announced = false;
  store.onChange(() => {
    if (announced) return;
    announced = true;
    // After the whole answer is in: a move between two slices is two events, and the view between them would miss pods.
    queueMicrotask(() => {
      announced = false;
      onChange(current());
    });
  });

  return {
    view: () => (reflector.hasSynced() ? current() : undefined),
    liveView: async (signal) => {
      const found = await client.list(endpointSliceType, {
        namespace,
        labelSelector,
        signal,
        deadlineMilliseconds: liveDeadlineMilliseconds,
      });
      return poolView(found.items.map(parseEndpointSlice), family);
    },
    lastEventAgeMilliseconds: () => reflector.lastEventAgeMilliseconds(),
    run: (signal) => reflector.run(signal),
  };
}
