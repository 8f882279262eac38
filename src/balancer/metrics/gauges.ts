import type { WaitingLine } from '../admission/waiting-line.ts';
import type { Dispatcher } from '../dispatcher.ts';
import type { Frontend } from '../frontend.ts';
import type { SessionBook } from '../sessions/session-book.ts';
import type { Metrics } from './metrics.ts';

/** What the gauges look at, each time they are asked. */
export interface Observed {
  readonly sessions: SessionBook;
  readonly listeners: () => readonly {
    readonly name: () => string;
    readonly dispatcher: Dispatcher;
    readonly frontend: Frontend;
    readonly line: Pick<WaitingLine, 'length'>;
    readonly fallback: () => boolean;
  }[];
  readonly connections: () => number;
}

export function registerGauges(metrics: Metrics, { sessions, listeners, connections }: Observed): void {
  metrics.gauge('gatewaypool_balancer_sessions', 'Live sessions by backend.', () =>
    Object.entries(sessions.counts().backends).map(([backend, value]) => ({ labels: { backend }, value })),
  );
  metrics.gauge('gatewaypool_balancer_client_connections', 'Client connections that are open.', () => [
    { value: connections() },
  ]);
  metrics.gauge('gatewaypool_balancer_requests_in_flight', 'HTTP requests whose answer is not out.', () =>
    listeners().map(({ name, frontend }) => ({ labels: { listener: name() }, value: frontend.requests })),
  );
  metrics.gauge('gatewaypool_balancer_queue_length', 'Work that waits because all backends are full.', () =>
    listeners().map(({ name, line }) => ({ labels: { listener: name() }, value: line.length })),
  );
  metrics.gauge(
    'gatewaypool_balancer_backend_ready',
    'Whether the backend gets new work by its readiness.',
    () => standings(listeners(), ({ ready }) => ready),
    'Least',
  );
  metrics.gauge(
    'gatewaypool_balancer_backend_healthy',
    'Whether checks and traffic find the backend well.',
    () => standings(listeners(), ({ healthy }) => healthy),
    'Least',
  );
  metrics.gauge(
    'gatewaypool_balancer_panic',
    'Whether health is ignored because too few backends look healthy.',
    () =>
      listeners().map(({ name, dispatcher }) => ({ labels: { listener: name() }, value: Number(dispatcher.panic) })),
    'Most',
  );
  metrics.gauge(
    'gatewaypool_balancer_fallback_transport',
    'Whether connections go through published parts of Node.js only, for more memory and CPU.',
    () => listeners().map(({ name, fallback }) => ({ labels: { listener: name() }, value: Number(fallback()) })),
    'Most',
  );
}

function standings(
  listeners: ReturnType<Observed['listeners']>,
  isTrue: (standing: ReturnType<Dispatcher['standings']>[number]) => boolean,
): readonly { labels: { listener: string; backend: string }; value: number }[] {
  return listeners.flatMap(({ name, dispatcher }) =>
    dispatcher.standings().map((standing) => ({
      labels: { listener: name(), backend: standing.name },
      value: Number(isTrue(standing)),
    })),
  );
}
