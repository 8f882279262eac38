import type { Logger } from 'pino';
import type { Clock } from '../kube/clock.ts';
import { inClusterConnection } from '../kube/credentials/in-cluster.ts';
import type { ReadTextFile } from '../kube/credentials/in-cluster.ts';
import { createKubeClient } from '../kube/rest-client.ts';
import { createTransport } from '../kube/transport/https-transport.ts';
import { startAdmin } from './admin/start-admin.ts';
import { createDataPlane } from './create-data-plane.ts';
import { addressFamily } from './endpoints/pool-view.ts';
import { createLastState } from './kubernetes/last-state.ts';
import { podEnvironment } from './kubernetes/pod-environment.ts';
import { createPoolState } from './kubernetes/pool-state.ts';
import { createPoolWatch } from './kubernetes/pool-watch.ts';
import { registerKubernetesMetrics, startedProbe } from './kubernetes/report.ts';
import type { SessionsReport } from './kubernetes/report.ts';
import { createSettings } from './kubernetes/settings.ts';
import { createSettingsWatch, settingsKey } from './kubernetes/settings-watch.ts';
import { createMetrics } from './metrics/text-metrics.ts';
import { listeningPorts } from './readiness/listening.ts';
import { readiness } from './readiness/readiness.ts';
import { askPeer } from './seat/ask-peer.ts';
import { fileMarker } from './seat/marker.ts';
import { readGate } from './seat/read-gate.ts';
import { createSeat } from './seat/seat.ts';

export interface KubernetesModeOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly logger: Logger;
  /** The pod's emptyDir, where the marker of a taken seat and the last known state of the pool outlive this process. */
  readonly stateFolder?: string;
  /** Absent = all addresses. */
  readonly adminAddress?: string;
  /** The same in all pods of a pool: they ask each other. */
  readonly adminPort?: number;
  /** Reads the pod's token and CA. */
  readonly readFile?: ReadTextFile;
}

/**
 * The sidecar of a gateway pod: holds the gateway back until it may start, and balances over the pool. Nothing that the API server
 * says or fails to say ends it, or a session (guarantee G9). Resolves when `stop` has aborted and the last session has ended, or
 * when the pod is deleted while its gateway still waits; `cut` ends what is left at once.
 *
 * @throws Error when the pod's environment is not complete, and the system's error when the admin port is taken.
 */
export async function runKubernetesMode(
  options: KubernetesModeOptions,
  stop: AbortSignal,
  cut?: AbortSignal,
): Promise<void> {
  const podEnding = new AbortController();
  const signal = AbortSignal.any([stop, podEnding.signal]);
  const { env, clock, random, logger, adminPort = 15_090, stateFolder: folder = '/var/lib/gatewaypool' } = options;
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
  const pool = createPoolState({ dataPlane, settings, lastState, logger });

  const watchOptions = { transport, namespace, clock, random, logger };
  const poolWatch = createPoolWatch({
    ...watchOptions,
    client,
    serviceName: `${pod.pool}-instances`,
    family: addressFamily(pod.podAddress),
    onChange: (view) => {
      pool.viewChanged(view);
      seat.viewChanged();
    },
  });
  const settingsName = `${pod.pool}-balancer`;
  const settingsWatch = createSettingsWatch({
    ...watchOptions,
    name: settingsName,
    onText: (text) => settings.offer(text),
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
    watchAgeMilliseconds: () => ({
      endpointslices: poolWatch.lastEventAgeMilliseconds(),
      settings: settingsWatch.lastEventAgeMilliseconds(),
    }),
  });

  const known = await lastState.load();
  if (known !== undefined) pool.restore(known);
  const admin = await startAdmin({
    address: options.adminAddress,
    port: adminPort,
    probes: {
      started: () => startedProbe(seat),
      ready: () =>
        readiness({
          seatTaken: seat.taken(),
          config: settings.config(),
          listenProblem: settings.listenProblem(),
          listening: listeningPorts(),
        }),
      live: () => ({ ok: true, message: 'The balancer runs' }),
    },
    sessions: () =>
      ({
        ...dataPlane.sessions(),
        draining: signal.aborted,
        ending: signal.aborted,
        held: seat.held(),
      }) satisfies SessionsReport,
    metrics: () => metrics.text(),
  });

  const parts = [poolWatch, settingsWatch, settings, seat, lastState];
  await Promise.all(parts.map((part) => part.run(signal)));
  logger.info(dataPlane.sessions(), 'Stopped to accept, waiting for the last session');
  await dataPlane.close(cut);
  await admin.close();
  transport.close();
}
