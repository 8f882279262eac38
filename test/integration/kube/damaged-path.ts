import type { KubeClient } from '../../../src/kube/client.ts';
import { systemClock } from '../../../src/kube/clock.ts';
import { kubeconfigConnection } from '../../../src/kube/credentials/kubeconfig.ts';
import type { ResourceType } from '../../../src/kube/object.ts';
import type { ReflectorDurations } from '../../../src/kube/reflector/durations.ts';
import type { ReflectorOptions } from '../../../src/kube/reflector/reflector.ts';
import { createKubeClient } from '../../../src/kube/rest-client.ts';
import { createTransport } from '../../../src/kube/transport/https-transport.ts';
import type { KubeTransport, TransportOptions } from '../../../src/kube/transport/transport.ts';
import { untilSeen } from '../../cluster/until.ts';
import { startFaultProxy } from '../../faults/fault-proxy.ts';
import type { FaultProxy } from '../../faults/fault-proxy.ts';
import { createTlsTexts } from '../../faults/tls-files.ts';
import { startReflector } from '../../kube/reflector/recorded-reflector.ts';
import type { RecordedReflector } from '../../kube/reflector/recorded-reflector.ts';
import { type ConfigMap, configMapType } from '../config-map.ts';

const namespaceType: ResourceType = {
  group: '',
  version: 'v1',
  plural: 'namespaces',
  kind: 'Namespace',
  namespaced: false,
};

/** What takes minutes in production takes part of a second here; the proportions are the same. */
export const quickDurations: Partial<ReflectorDurations> = {
  idleLimitMilliseconds: 1000,
  backoffMilliseconds: 20,
  maxBackoffMilliseconds: 200,
  healthyAfterMilliseconds: 50,
  relistAfterFailingMilliseconds: 2000,
};

/** One namespace of a real API server, changed directly and watched through a proxy that does harm. */
export interface DamagedPath {
  readonly proxy: FaultProxy;
  /** Through the proxy. */
  readonly transport: KubeTransport;
  readonly namespace: string;
  /** Creates a ConfigMap, without the proxy. */
  create(name: string): Promise<void>;
  change(name: string): Promise<void>;
  remove(name: string): Promise<void>;
  watch(options?: Partial<ReflectorOptions<ConfigMap>>): RecordedReflector;
  /** Waits until the cache holds exactly what the API server has, in the same versions. */
  untilEqual(recorded: RecordedReflector): Promise<void>;
  close(): Promise<void>;
}

export async function openDamagedPath(
  kubeconfigPath: string,
  transportOptions: Partial<TransportOptions> = {},
): Promise<DamagedPath> {
  const connection = await kubeconfigConnection({ path: kubeconfigPath });
  const directTransport = createTransport(connection, { userAgent: 'direct/1.0' });
  const direct: KubeClient = createKubeClient(directTransport);
  const proxy = await startFaultProxy(connection, await createTlsTexts());
  const transport = createTransport(proxy.connection(), { userAgent: 'damaged/1.0', ...transportOptions });
  const namespace = `damaged-${proxy.link.port}`;
  const running: RecordedReflector[] = [];
  await direct.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });

  const versions = async (): Promise<string[]> => {
    const { items } = await direct.list<ConfigMap>(configMapType, { namespace });
    return items.map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`).toSorted();
  };

  return {
    proxy,
    transport,
    namespace,
    async create(name) {
      await direct.create(configMapType, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace } });
    },
    async change(name) {
      const data = { at: String(systemClock.monotonicMilliseconds()) };
      await direct.mergePatch(configMapType, { namespace, name }, { data });
    },
    async remove(name) {
      await direct.delete(configMapType, { namespace, name });
    },
    watch(options = {}) {
      const recorded = startReflector(transport, systemClock, { namespace, durations: quickDurations, ...options });
      running.push(recorded);
      return recorded;
    },
    async untilEqual({ store }) {
      const expected = await versions();
      const held = (): string[] =>
        store
          .list()
          .map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`)
          .toSorted();
      await untilSeen(`the cache to hold ${expected.join(', ')}`, 30_000, held, (seen) => {
        return seen.join() === expected.join();
      });
    },
    async close() {
      await Promise.all(running.map((recorded) => recorded.stop()));
      transport.close();
      directTransport.close();
      await proxy.close();
    },
  };
}
