import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { Applier } from '../../../src/kube/apply/applier.ts';
import { WrittenVersions } from '../../../src/kube/controller/written-versions.ts';
import { createKubeClient } from '../../../src/kube/rest-client.ts';
import type { KubeTransport } from '../../../src/kube/transport/transport.ts';
import { operatorMetrics } from '../../../src/operator/metrics/operator-metrics.ts';
import { createCaches } from '../../../src/operator/observe/caches.ts';
import { ConfigReader } from '../../../src/operator/observe/config-reader.ts';
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

function reconcileWithEmptyCaches() {
  const registry = new Registry();
  const metrics = operatorMetrics(registry, 'lease');
  const clock = new FakeClock();
  const random = (): number => 0;
  const { logger } = memoryLogger();
  const client = createKubeClient(unreachable);
  const { caches } = createCaches({
    transport: unreachable,
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
    memories: new PoolMemories(),
    gateAge: () => 0,
    written: new WrittenVersions(),
    askSidecar: () => Promise.resolve(undefined),
    recordEvent: () => {},
    metrics,
    balancerImage: 'balancer:1',
    operatorNamespace: 'operators',
    clock,
    logger,
  });
  return { reconcile, registry, metrics };
}

describe('reconciling a pool that is gone', () => {
  it('ends its metrics, also those that a round under way reported last', async () => {
    const { reconcile, registry, metrics } = reconcileWithEmptyCaches();
    metrics.pools.report({ namespace: 'pam', name: 'prod' }, { readyInstances: 2 });
    metrics.pools.report({ namespace: 'pam', name: 'other' }, { readyInstances: 3 });

    const result = await reconcile('pam/prod', new AbortController().signal);

    expect(result).toBeUndefined();
    const text = await registry.metrics();
    expect(text).toContain('gatewaypool_ready_instances{namespace="pam",pool="other"} 3');
    expect(text).not.toContain('pool="prod"');
  });
});
