import type { Logger } from 'pino';
import { aborted } from '../kube/aborted.ts';
import type { Clock } from '../kube/clock.ts';
import { inClusterConnection } from '../kube/credentials/in-cluster.ts';
import type { ReadTextFile } from '../kube/credentials/in-cluster.ts';
import { createKubeClient } from '../kube/rest-client.ts';
import { createTransport } from '../kube/transport/https-transport.ts';
import { adminPort as usualAdminPort, settingsKey } from './config/schema.ts';
import { createDataPlane } from './create-data-plane.ts';
import { defaultTerminationLog } from './drain/cut-sessions.ts';
import { drainFile } from './drain/drain-file.ts';
import { createDrain } from './drain/drain.ts';
import { endingFile } from './drain/ending-file.ts';
import { stateFolder } from './drain/state-folder.ts';
import { addressFamily } from './endpoints/pool-view.ts';
import { composePodEnd } from './kubernetes/compose-pod-end.ts';
import { createLastState } from './kubernetes/last-state.ts';
import { podEnvironment } from './kubernetes/pod-environment.ts';
import { createPoolState } from './kubernetes/pool-state.ts';
import { createPoolWatch } from './kubernetes/pool-watch.ts';
import { registerKubernetesMetrics } from './kubernetes/report.ts';
import { serveAdmin } from './kubernetes/serve-admin.ts';
import { createSettings } from './kubernetes/settings.ts';
import { createSettingsWatch } from './kubernetes/settings-watch.ts';
import { createMetrics } from './metrics/text-metrics.ts';
import { askPeer } from './seat/ask-peer.ts';
import { fileMarker } from './seat/marker.ts';
import { readGate } from './seat/read-gate.ts';
import { createSeat } from './seat/seat.ts';
import { createOwnSessions } from './sessions/own-sessions.ts';

export interface KubernetesModeOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly logger: Logger;
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
  const { env, clock, random, logger, adminPort = usualAdminPort, stateFolder: folder = stateFolder } = options;
  const pod = podEnvironment(env);
  const { namespace, podUid } = pod;
  const transport = createTransport(inClusterConnection(env, options.readFile, clock), {
    userAgent: `gatewaypool-balancer (${pod.podName})`,
  });
  const client = createKubeClient(transport);

  const metrics = createMetrics();
  const dataPlane = createDataPlane({ clock, random, logger, metrics, ownName: pod.slot });
  const lastState = createLastState({ folder, podUid, clock, logger });
  const refused = metrics.counter('gatewaypool_balancer_config_refused_total', 'Configurations that were refused.');
  const settings = createSettings({
    dataPlane,
    source: settingsKey,
    refused,
    clock,
    logger,
    onChange: () => pool.settingsChanged(),
  });
  const drain = createDrain({
    podUid,
    deadlineSeconds: pod.drainDeadlineSeconds,
    file: drainFile(folder, podUid, logger),
    endingFile: endingFile(folder, clock, logger),
    clock,
    logger,
    onChange: () => pool.drainsChanged(),
  });
  const pool = createPoolState({ podUid, dataPlane, settings, drain, lastState, logger });

  const watchOptions = { transport, namespace, clock, random, logger };
  const poolWatch = createPoolWatch({
    ...watchOptions,
    client,
    serviceName: `${pod.pool}-instances`,
    family: addressFamily(pod.podAddress),
    onChange: (view) => {
      pool.viewChanged(view);
      drain.viewChanged(view);
      seat.viewChanged();
    },
  });
  const settingsName = `${pod.pool}-balancer`;
  const settingsWatch = createSettingsWatch({
    ...watchOptions,
    name: settingsName,
    onText: (text) => settings.offer(text),
    onDrains: (text) => drain.offerOrders(text),
  });

  const gate = { namespace, name: `${pod.pool}-seats` };
  const seat = createSeat({
    own: pod,
    gateName: gate.name,
    sources: {
      watchedView: () => poolWatch.view(),
      liveView: (ended) => poolWatch.liveView(ended),
      readGate: (ended) => readGate(client, gate, ended),
      askPeer: (peer, ended) => askPeer(peer.address, adminPort, ended),
    },
    marker: fileMarker(folder, podUid, logger),
    clock,
    random,
    logger,
    onPodEnding: () => podEnding.abort(),
  });
  registerKubernetesMetrics(metrics, {
    seat,
    drain,
    watchAgeMilliseconds: () => ({
      endpointslices: poolWatch.lastEventAgeMilliseconds(),
      settings: settingsWatch.lastEventAgeMilliseconds(),
    }),
  });

  const config = () => settings.config();
  const ownSessions = createOwnSessions({
    settings: config,
    balancerCounts: () => dataPlane.sessions(),
    adminPort,
    clock,
    logger,
  });
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

  await drain.load();
  const known = await lastState.load();
  if (known !== undefined) pool.restore(known);
  const admin = await serveAdmin({
    address: options.adminAddress,
    port: adminPort,
    seat,
    settings,
    dataPlane,
    ownSessions,
    drain,
    podEnd,
    metrics,
    clock,
    isEnding: () => signal.aborted,
  });

  const left = new AbortController();
  const closed = new AbortController();
  const parts = [poolWatch, settingsWatch, settings, ownSessions, lastState];
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
