import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { Applier } from '../../../src/kube/apply/applier.ts';
import { WrittenVersions } from '../../../src/kube/controller/written-versions.ts';
import { createKubeClient } from '../../../src/kube/rest-client.ts';
import type { KubeTransport } from '../../../src/kube/transport/transport.ts';
import { operatorMetrics } from '../../../src/operator/metrics/operator-metrics.ts';
import { createCaches } from '../../../src/operator/observe/caches.ts';
import { ConfigReader } from '../../../src/operator/observe/config-reader.ts';
import { TlsReader } from '../../../src/operator/observe/tls-reader.ts';
import { PoolMemories } from '../../../src/operator/observe/pool-memory.ts';
import { createReconcile } from '../../../src/operator/reconcile/reconcile.ts';
import { FakeClock } from '../../kube/fake-clock.ts';
import { memoryLogger } from '../../kube/memory-logger.ts';

/** Nobody may be asked. */
const unreachable: KubeTransport = {
  request: ({ method, path }) => Promise.reject(new Error(`${method} ${path} was sent`)),
  stream: ({ path }) => Promise.reject(new Error(`GET ${path} was sent`)),
  close: () => {},
};

function reconcileWith(transport: KubeTransport) {
  const registry = new Registry();
  const metrics = operatorMetrics(registry, 'lease');
  const clock = new FakeClock();
  const random = (): number => 0;
  const { logger, lines } = memoryLogger();
  const client = createKubeClient(transport);
  const { caches } = createCaches({
    transport,
    namespace: undefined,
    clock,
    random,
    logger,
    metricsFor: metrics.reflector,
  });
  const reconcile = createReconcile({
    client,
    applier: new Applier({ client, live: () => undefined }),
    caches,
    configReader: new ConfigReader({ client, watched: caches.configSecrets, clock, random }),
    tlsReader: new TlsReader({ client, watched: caches.configSecrets, clock, random }),
    memories: new PoolMemories(),
    versionAge: () => 0,
    progressAge: () => 0,
    gatewayAge: () => 0,
    written: new WrittenVersions(),
    askSidecar: () => Promise.resolve(undefined),
    recordEvent: () => {},
    metrics,
    balancerImage: 'balancer:1',
    operatorNamespace: 'operators',
    clock,
    logger,
  });
  return { reconcile, registry, metrics, caches, lines };
}

describe('reconciling a pool that is gone', () => {
  it('ends its metrics, also those that a round under way reported last', async () => {
    const { reconcile, registry, metrics } = reconcileWith(unreachable);
    metrics.pools.report({ namespace: 'pam', name: 'prod' }, { readyInstances: 2 });
    metrics.pools.report({ namespace: 'pam', name: 'other' }, { readyInstances: 3 });

    const result = await reconcile('pam/prod', new AbortController().signal);

    expect(result).toBeUndefined();
    const text = await registry.metrics();
    expect(text).toContain('gatewaypool_ready_instances{namespace="pam",pool="other"} 3');
    expect(text).not.toContain('pool="prod"');
  });
});

describe('reconciling a pool that cannot be carried through', () => {
  const stored = {
    apiVersion: 'pam.gatewaypool.io/v1alpha1',
    kind: 'GatewayPool',
    metadata: { name: 'prod', namespace: 'pam', uid: 'u', resourceVersion: '7', generation: 1 },
    spec: { maxInstances: 1, image: 'gateway:1', config: { secretName: 'gateway', as: { env: 'CONFIG' } } },
  };

  it('fails with the first trouble, also when its status cannot be written either', async () => {
    const { reconcile, caches, lines } = reconcileWith({
      ...unreachable,
      request: ({ method, path }) =>
        method === 'GET' && path.endsWith('/secrets/gateway')
          ? Promise.resolve({ ...stored, kind: 'Secret', data: { config: 'aWRlbnRpdHk=' } })
          : Promise.reject(new Error(path.endsWith('/status') ? 'no status today' : 'no children today')),
    });
    caches.pools.put(stored, '7');

    const round = reconcile('pam/prod', new AbortController().signal);

    await expect(round).rejects.toThrow('no children today');
    expect(lines).toMatchObject([{ msg: 'Did not write the status', err: { message: 'no status today' } }]);
  });
});
