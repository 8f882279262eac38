import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Check } from '../kube/health/server.ts';
import { startHealthServer } from '../kube/health/server.ts';
import type { CacheRunner } from './observe/caches.ts';
import type { Settings } from './settings.ts';

/** Ready = the caches are filled: a replica that waits for the Lease is ready to take over. */
function readyChecks(caches: readonly CacheRunner[]): Record<string, Check> {
  const waiting = (): string | undefined => {
    const names = caches.filter((cache) => !cache.hasSynced()).map(({ name }) => name);
    return names.length === 0 ? undefined : `not read yet: ${names.join(', ')}`;
  };
  return { caches: waiting };
}

/** Serves metrics and health on a port each, so that a NetworkPolicy can open one of them. */
export async function serveHealth(
  settings: Pick<Settings, 'metricsPort' | 'healthPort'>,
  registry: Registry,
  caches: readonly CacheRunner[],
  logger: Logger,
): Promise<void> {
  // Alive = the event loop answers. A quiet watch or an API server that is away is no reason to restart.
  const common = { registry, live: {}, ready: readyChecks(caches), logger };
  await startHealthServer({ ...common, port: settings.metricsPort });
  await startHealthServer({ ...common, port: settings.healthPort });
}
