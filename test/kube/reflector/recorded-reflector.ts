import { pino } from 'pino';
import { Store } from '../../../src/kube/cache/store.ts';
import type { Clock } from '../../../src/kube/clock.ts';
import type { KubeObject, ResourceType } from '../../../src/kube/object.ts';
import { Reflector } from '../../../src/kube/reflector/reflector.ts';
import type { ReflectorOptions } from '../../../src/kube/reflector/reflector.ts';
import type { KubeTransport } from '../../../src/kube/transport/transport.ts';

export const configMaps: ResourceType = {
  group: '',
  version: 'v1',
  plural: 'configmaps',
  kind: 'ConfigMap',
  namespaced: true,
};

/** A reflector at work, and everything it ever reported. */
export interface RecordedReflector {
  readonly reflector: Reflector<KubeObject>;
  readonly store: Store<KubeObject>;
  /** One line for each event of the store, such as `Added x`. */
  readonly events: string[];
  /** The names of all objects that arrived, whether they are in the store or not yet. */
  readonly arrived: string[];
  /** One line for each report to the metrics, such as `relisted Expired`. */
  readonly reports: string[];
  /** Resolves when it has really ended. */
  stop(): Promise<void>;
}

export function startReflector(
  transport: KubeTransport,
  clock: Clock,
  options: Partial<ReflectorOptions<KubeObject>> = {},
): RecordedReflector {
  const store = new Store<KubeObject>();
  const events: string[] = [];
  const arrived: string[] = [];
  const reports: string[] = [];
  store.onChange((event) => {
    const { name } = (event.type === 'Deleted' ? event.old : event.new).metadata;
    events.push(`${event.type} ${name}${event.initial ? ' initial' : ''}`);
  });
  const reflector = new Reflector<KubeObject>({
    transport,
    type: configMaps,
    namespace: 'a',
    store,
    clock,
    transform(object) {
      arrived.push(object.metadata.name);
      return object;
    },
    random: () => 0.5,
    logger: pino({ level: 'silent' }),
    metrics: {
      relisted: (reason) => reports.push(`relisted ${reason}`),
      reconnected: (reason) => reports.push(`reconnected ${reason}`),
      missedEvents: (count) => reports.push(`missed ${count}`),
      parseFailed: () => reports.push('parse failed'),
      handlerFailed: () => reports.push('handler failed'),
    },
    ...options,
  });
  const controller = new AbortController();
  const running = reflector.run(controller.signal);
  return {
    reflector,
    store,
    events,
    arrived,
    reports,
    async stop() {
      controller.abort();
      await running;
    },
  };
}
