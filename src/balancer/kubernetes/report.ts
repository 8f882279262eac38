import type { Clock } from '../../kube/clock.ts';
import type { ProbeResult } from '../admin/admin.ts';
import { type DrainReport, reportOf } from '../drain/drain-state.ts';
import type { Drain } from '../drain/drain.ts';
import type { Metrics, Sample } from '../metrics/metrics.ts';
import type { Held } from '../seat/held.ts';
import type { Seat } from '../seat/seat.ts';
import type { OwnSessions } from '../sessions/own-sessions.ts';
import type { SessionCounts } from '../sessions/session-counts.ts';

/** The body of /sessions. */
export interface SessionsReport extends Omit<SessionCounts, 'sessions'> {
  /** Of the own gateway, as far as this sidecar alone can tell; null: unknown. */
  readonly sessions: number | null;
  /** Who keeps an outbound-only gateway busy. */
  readonly busyPeers: readonly string[];
  /** The own gateway gets no new sessions. */
  readonly draining: boolean;
  readonly drain: DrainReport | null;
  /** UIDs of the pods that get no new sessions from here because the operator ordered them to drain. */
  readonly knownDrains: readonly string[];
  /** Which list of orders that is: the operator counts a drain as known only from the generation on that ordered it. */
  readonly drainsGeneration: number;
  /** This process was told to end and waits for its last session. In a pod that is being deleted the gateway has ended by then. */
  readonly ending: boolean;
  /** Why the gateway may not start yet; null once it may. */
  readonly held: Held | null;
}

/**
 * Whoever asks a sidecar waits for 1 s and then takes it for silent, and a pod that ends and is silent for lost. A gateway that does
 * not tell its number must not look like that.
 */
const countMilliseconds = 500;

/** Never rejects, and takes 0.5 s at most. */
export async function sessionsReport(facts: {
  readonly counts: SessionCounts;
  readonly ownSessions: Pick<OwnSessions, 'count'>;
  readonly drain: Pick<Drain, 'standing' | 'now' | 'ordered' | 'ordersGeneration'>;
  readonly ending: boolean;
  readonly held: Held | null;
  readonly clock: Clock;
}): Promise<SessionsReport> {
  const { counts, ownSessions, drain, ending, held, clock } = facts;
  const counted = new AbortController();
  const own = await Promise.race([ownSessions.count(), clock.sleep(countMilliseconds, counted.signal)]);
  counted.abort();
  const standing = drain.standing();
  return {
    ...counts,
    sessions: own?.sessions ?? null,
    busyPeers: own?.busyPeers ?? [],
    draining: standing !== null,
    drain: standing === null ? null : reportOf(standing, drain.now()),
    knownDrains: [...drain.ordered()],
    drainsGeneration: drain.ordersGeneration(),
    ending,
    held,
  };
}

/** For the startup probe: the kubelet starts the gateway once this is given. */
export function startedProbe(seat: Seat): ProbeResult {
  if (seat.taken()) return { ok: true, message: 'The seat is taken: the gateway may run' };
  const held = seat.held();
  return {
    ok: false,
    message: held === null ? 'The gateway may not start yet' : `The gateway is held: ${held.message}`,
  };
}

/** Adds what only Kubernetes mode knows to the metrics. */
export function registerKubernetesMetrics(
  metrics: Metrics,
  facts: {
    readonly seat: Seat;
    readonly drain: Pick<Drain, 'standing'>;
    readonly watchAgeMilliseconds: () => Readonly<Record<string, number>>;
  },
): void {
  const { seat, drain, watchAgeMilliseconds } = facts;
  metrics.gauge(
    'gatewaypool_balancer_seat_taken',
    'Whether the gateway of this pod was let through (1) or is held back (0).',
    () => [{ value: seat.taken() ? 1 : 0 }],
  );
  metrics.gauge('gatewaypool_balancer_held', 'Why the gateway of this pod is held back; absent once it is not.', () =>
    heldSamples(seat.held()),
  );
  metrics.gauge('gatewaypool_balancer_draining', 'Whether the gateway of this pod gets no new sessions, and why.', () =>
    (['Ordered', 'PodEnding'] as const).map((cause) => ({
      labels: { cause },
      value: drain.standing()?.cause === cause ? 1 : 0,
    })),
  );
  metrics.gauge(
    'gatewaypool_balancer_watch_age_seconds',
    'Time since the API server last sent anything on a watch; a quiet one brings a sign of life about once a minute.',
    () =>
      Object.entries(watchAgeMilliseconds()).map(([watch, age]) => ({
        labels: { watch },
        value: Math.round(age) / 1000,
      })),
  );
}

function heldSamples(held: Held | null): Sample[] {
  return held === null ? [] : [{ labels: { reason: held.reason }, value: 1 }];
}
