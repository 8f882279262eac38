import type { Logger } from 'pino';
import { Applier } from '../kube/apply/applier.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Clock } from '../kube/clock.ts';
import { runController } from '../kube/controller/controller.ts';
import { WrittenVersions } from '../kube/controller/written-versions.ts';
import { referenceTo } from '../kube/events/event.ts';
import { EventRecorder } from '../kube/events/recorder.ts';
import { keyOf } from '../kube/object.ts';
import type { KubeTransport } from '../kube/transport/transport.ts';
import { initialListPriority, WorkQueue } from '../kube/workqueue/queue.ts';
import { annotations, gatewayPoolType, group } from '../api/identity.ts';
import { keepPodLabels } from './apply/keep-pod-labels.ts';
import { trackedClient } from './apply/tracked-client.ts';
import type { OperatorMetrics } from './metrics/operator-metrics.ts';
import { controllerName } from './metrics/operator-metrics.ts';
import { askSidecar } from './observe/ask-sidecars.ts';
import type { CacheRunner, StoredPool } from './observe/caches.ts';
import { createCaches, poolKeyOf } from './observe/caches.ts';
import { ConfigReader } from './observe/config-reader.ts';
import { trackVersionAges } from './observe/version-age.ts';
import { trackGateways, trackProgress } from './observe/progress.ts';
import { PoolMemories } from './observe/pool-memory.ts';
import { TlsReader } from './observe/tls-reader.ts';
import { watchForChanges } from './observe/triggers.ts';
import type { PlannedEvent } from './plan/actions.ts';
import { createReconcile } from './reconcile/reconcile.ts';
import { reportSessionsCut } from './report-sessions-cut.ts';

export interface OperatorOptions {
  readonly transport: KubeTransport;
  /** Every write goes through it: fenced by the lease when there are two operators. */
  readonly client: KubeClient;
  /** undefined: all namespaces. */
  readonly watchNamespace: string | undefined;
  /** Where the operator itself runs. */
  readonly operatorNamespace: string;
  readonly balancerImage: string;
  /** Who reports Events: the name of the operator's pod. */
  readonly instance: string;
  /** Pools that are worked on at the same time. */
  readonly concurrency: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  readonly metrics: OperatorMetrics;
}

/** A longer reconcile is given up; its pool comes again. */
const reconcileTimeoutMilliseconds = 60_000;

/** The operator's two halves: what every replica does, and what only the leader may. */
export interface Operator {
  /** What keeps the caches current; readiness asks them. */
  readonly caches: readonly CacheRunner[];
  /** Follows the cluster without changing it, until the signal aborts. */
  follow(signal: AbortSignal): Promise<void>;
  /** Waits for the caches, then works until the signal aborts. */
  work(signal: AbortSignal): Promise<void>;
}

/** Puts caches, queue, controller and Events together. */
export function createOperator(options: OperatorOptions): Operator {
  const { clock, random, logger, metrics, operatorNamespace, balancerImage } = options;
  const written = new WrittenVersions();
  const memories = new PoolMemories();
  const queue = new WorkQueue({ clock, metrics: metrics.queue.metrics });
  metrics.queue.observe(queue);
  const client = trackedClient(options.client, (type, answer) => {
    const key = type === gatewayPoolType ? keyOf(answer) : poolKeyOf(answer);
    const { resourceVersion } = answer.metadata;
    if (key !== undefined && resourceVersion !== undefined) written.wrote(key, type.kind, resourceVersion);
  });

  const { caches, runners } = createCaches({
    transport: options.transport,
    namespace: options.watchNamespace,
    clock,
    random,
    logger,
    metricsFor: metrics.reflector,
  });
  const configReader = new ConfigReader({ client, watched: caches.configSecrets, clock, random });
  const tlsReader = new TlsReader({ client, watched: caches.configSecrets, clock, random });
  watchForChanges(
    caches,
    (key, { initial }) => queue.add(key, initial ? { priority: initialListPriority } : {}),
    (pool) => {
      const uid = pool.metadata.uid ?? '';
      memories.forget(uid);
      configReader.forget(uid);
      tlsReader.forget(uid);
      written.forget(keyOf(pool));
    },
  );

  const recorder = new EventRecorder({
    client: options.client,
    clock,
    source: { reportingController: `${group}/operator`, reportingInstance: options.instance },
    logger,
    metrics: metrics.events,
  });
  const recordEvent = (pool: StoredPool, event: PlannedEvent): void =>
    recorder.record({ regarding: referenceTo(pool), ...event });
  const applier = new Applier({
    client,
    live: (type, key) => caches.children.get(type.kind)?.get(key),
    hashAnnotation: annotations.applied,
    metrics: metrics.applier,
  });
  const reconcile = createReconcile({
    client,
    applier,
    caches,
    configReader,
    tlsReader,
    memories,
    versionAge: trackVersionAges(caches.configMaps, clock),
    progressAge: trackProgress(caches.pods, clock),
    gatewayAge: trackGateways(caches.pods, clock),
    written,
    askSidecar,
    recordEvent,
    metrics,
    balancerImage,
    operatorNamespace,
    clock,
    logger,
  });

  return {
    caches: runners,
    follow: async (signal) => {
      await Promise.all(runners.map((runner) => runner.run(signal)));
    },
    work: async (signal) => {
      await synced(runners, clock, signal);
      logger.info('Filled the caches');
      const controller = runController(
        {
          name: controllerName,
          queue,
          reconcile,
          concurrency: options.concurrency,
          reconcileTimeoutMilliseconds,
          clock,
          logger,
          metrics: metrics.controller,
        },
        signal,
      );
      const stopReporting = reportSessionsCut(caches, {
        recordEvent: (event) => recorder.record(event),
        count: (pool, sessions) => metrics.pools.sessionsCut(pool, sessions),
      });
      const labels = keepPodLabels({ caches, client, clock, logger, recordEvent }, signal);
      await Promise.all([controller, labels, recorder.run(signal)]).finally(stopReporting);
    },
  };
}

/** Note: a plan made from half-filled caches would take running instances for missing ones. */
async function synced(runners: readonly CacheRunner[], clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && !runners.every((runner) => runner.hasSynced())) {
    await clock.sleep(50, signal);
  }
}
