import type { Clock } from '../../kube/clock.ts';
import type { AdminServer } from '../admin/admin.ts';
import { startAdmin } from '../admin/start-admin.ts';
import type { DataPlane } from '../data-plane.ts';
import type { Drain } from '../drain/drain.ts';
import type { PodEnd } from '../drain/pod-end.ts';
import { drainReadiness } from '../drain/readiness.ts';
import { checkHttp } from '../health/http-check.ts';
import { gatewayAnswers } from '../readiness/answering.ts';
import { listeningPorts } from '../readiness/listening.ts';
import { readiness } from '../readiness/readiness.ts';
import type { Seat } from '../seat/seat.ts';
import type { OwnSessions } from '../sessions/own-sessions.ts';
import { patientAtFirst, patiently } from './patient-probe.ts';
import { sessionsReport, startedProbe } from './report.ts';
import type { Settings } from './settings.ts';

/**
 * Opens the port that the kubelet, the operator, scrapers and other sidecars ask.
 * @throws the system's error when the port is taken
 */
export function serveAdmin(options: {
  readonly address: string | undefined;
  readonly port: number;
  readonly podAddress: string;
  readonly seat: Seat;
  readonly settings: Settings;
  readonly dataPlane: DataPlane;
  readonly ownSessions: Pick<OwnSessions, 'count'>;
  readonly drain: Drain;
  readonly podEnd: PodEnd;
  readonly clock: Clock;
  /** This process was told to end. */
  readonly isStopping: () => boolean;
}): Promise<AdminServer> {
  const { address, port, podAddress, seat, settings, dataPlane, ownSessions, drain } = options;
  const { podEnd, clock, isStopping } = options;
  const answers = gatewayAnswers(podAddress, () => settings.config(), checkHttp);
  const gatewayReady = patientAtFirst(async () => {
    const listens = readiness({
      seatTaken: seat.taken(),
      config: settings.config(),
      listenProblem: settings.listenProblem(),
      listening: listeningPorts(),
    });
    return listens.ok ? ((await answers()) ?? listens) : listens;
  }, clock);
  return startAdmin({
    address,
    port,
    probes: {
      started: () => patiently(() => startedProbe(seat), clock),
      ready: () => drainReadiness(drain.isOrdered(), settings.config()) ?? gatewayReady(),
      live: () => ({ ok: true, message: 'The balancer runs' }),
    },
    sessions: () =>
      sessionsReport({
        counts: dataPlane.sessions(),
        ownSessions,
        drain,
        ending: isStopping(),
        held: seat.held(),
        clock,
      }),
    drained: (gone) => podEnd.drained(gone),
    metrics: () => dataPlane.scrape(),
  });
}
