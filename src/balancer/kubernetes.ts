import type { Logger } from '../kube/logger.ts';
import { aborted } from '../kube/aborted.ts';
import type { Clock } from '../kube/clock.ts';
import { inClusterConnection } from '../kube/credentials/in-cluster.ts';
import type { ReadTextFile } from '../kube/credentials/in-cluster.ts';
import { createKubeClient } from '../kube/rest-client.ts';
import { createTransport } from '../kube/transport/https-transport.ts';
import { adminPort as usualAdminPort } from './config/schema.ts';
import { defaultTerminationLog } from './drain/cut-sessions.ts';
import { stateFolder } from './drain/state-folder.ts';
import { composeKnownPool } from './kubernetes/compose-known-pool.ts';
import { composePodEnd } from './kubernetes/compose-pod-end.ts';
import { composeSeat } from './kubernetes/compose-seat.ts';
import { composeWatches } from './kubernetes/compose-watches.ts';
import { podEnvironment } from './kubernetes/pod-environment.ts';
import { registerKubernetesMetrics } from './kubernetes/report.ts';
import { serveAdmin } from './kubernetes/serve-admin.ts';
import type { TryWrite } from './log/standard-output.ts';
import { createMetrics } from './metrics/text-metrics.ts';
import { createDataPlaneByConfig } from './threads/by-config.ts';
import { createOwnSessions } from './sessions/own-sessions.ts';

export interface KubernetesModeOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly logger: Logger;
  /** Where the access log goes; absent = nowhere. */
  readonly tryWrite?: TryWrite;
  /** The script of this process; absent = it has one thread, whatever the pod says. */
  readonly program?: string | undefined;
  /** The pod's emptyDir, where the marker of a taken seat and the last known state of the pool outlive this process. */
  readonly stateFolder?: string;
  /** Where the kubelet looks for a last word of this process. */
  readonly terminationLog?: string;
  /** Absent = all addresses. */
  readonly adminAddress?: string;
  /** The same in all pods of a pool: they ask each other. */
  readonly adminPort?: number;
  /** Reads the pod's token and CA. */
  readonly readFile?: ReadTextFile;
}

/**
 * The sidecar of a gateway pod: holds the gateway back until it may start, and balances over the pool. Nothing that the API server
 * says or fails to say ends it, or a session (guarantee G9). Resolves when `stop` has aborted, nobody comes in here any more and the
 * last session has ended, or when the pod is deleted while its gateway still waits; `cut` ends what is left at once.
 *
 * @throws Error when the pod's environment is not complete, and the system's error when the admin port is taken.
 */
export async function runKubernetesMode(
  options: KubernetesModeOptions,
  stop: AbortSignal,
  cut: AbortSignal = new AbortController().signal,
): Promise<void> {
  const podEnding = new AbortController();
  const signal = AbortSignal.any([stop, podEnding.signal]);
  const {
    env,
    clock,
    random,
    logger,
    tryWrite,
    adminPort = usualAdminPort,
    stateFolder: folder = stateFolder,
  } = options;
  const pod = podEnvironment(env);
  const transport = createTransport(inClusterConnection(env, options.readFile, clock), {
    userAgent: `gatewaypool-balancer (${pod.podName})`,
  });
  const client = createKubeClient(transport);

  const metrics = createMetrics();
  const dataPlane = createDataPlaneByConfig(
    { clock, random, logger, metrics, tryWrite, ownName: pod.slot },
    options.program,
    pod.threads,
  );
  const known = composeKnownPool({ pod, folder, dataPlane, metrics, clock, logger });
  const { settings, drain } = known;
  const onPods = (): void => seat.viewChanged();
  const watches = composeWatches({ pod, transport, client, known, onPods, clock, random, logger });
  const seat = composeSeat({
    pod,
    client,
    poolWatch: watches.pool,
    folder,
    adminPort,
    clock,
    random,
    logger,
    onPodEnding: () => podEnding.abort(),
  });
  registerKubernetesMetrics(metrics, { seat, drain, watchAgeMilliseconds: () => watches.agesMilliseconds() });

  const config = () => settings.config();
  const balancerCounts = () => dataPlane.sessions();
  const ownSessions = createOwnSessions({ settings: config, balancerCounts, adminPort, clock, logger });
  const podEnd = composePodEnd({
    drain,
    dataPlane,
    ownSessions,
    config,
    metrics,
    clock,
    logger,
    cut,
    terminationLog: options.terminationLog ?? defaultTerminationLog,
  });

  await known.restore();
  const admin = await serveAdmin({
    address: options.adminAddress,
    port: adminPort,
    podAddress: pod.podAddress,
    seat,
    settings,
    dataPlane,
    ownSessions,
    drain,
    podEnd,
    clock,
    isStopping: () => signal.aborted,
  });

  const left = new AbortController();
  const closed = new AbortController();
  const parts = [watches.pool, watches.settings, settings, ownSessions, known.lastState];
  const running = [
    seat.run(signal),
    ...parts.map((part) => part.run(left.signal)),
    // Note: to the very end, as its deadline holds for the last session too.
    drain.run(closed.signal),
  ];
  await aborted(signal);
  await podEnd.leave();
  left.abort();
  logger.info(dataPlane.sessions(), 'Stopped to accept, waiting for the last session');
  await dataPlane.close(podEnd.cutOff);
  closed.abort();
  await Promise.all(running);
  await admin.close();
  transport.close();
}
