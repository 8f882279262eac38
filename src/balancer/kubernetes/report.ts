import type { ProbeResult } from '../admin/admin.ts';
import type { Metrics, Sample } from '../metrics/metrics.ts';
import type { Held } from '../seat/held.ts';
import type { Seat } from '../seat/seat.ts';
import type { SessionCounts } from '../sessions/session-counts.ts';

/** The body of /sessions. */
export interface SessionsReport extends SessionCounts {
  readonly draining: boolean;
  /** This process was told to end and waits for its last session. In a pod that is being deleted the gateway has ended by then. */
  readonly ending: boolean;
  /** Why the gateway may not start yet; null once it may. */
  readonly held: Held | null;
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
  facts: { readonly seat: Seat; readonly watchAgeMilliseconds: () => Readonly<Record<string, number>> },
): void {
  const { seat, watchAgeMilliseconds } = facts;
  metrics.gauge(
    'gatewaypool_balancer_seat_taken',
    'Whether the gateway of this pod was let through (1) or is held back (0).',
    () => [{ value: seat.taken() ? 1 : 0 }],
  );
  metrics.gauge('gatewaypool_balancer_held', 'Why the gateway of this pod is held back; absent once it is not.', () =>
    heldSamples(seat.held()),
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
