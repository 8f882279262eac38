import type { Clock } from '../../kube/clock.ts';
import type { Logger } from '../../kube/logger.ts';
import type { OnRefused } from './target-dial.ts';

/** A backend with a bad certificate is met with each health check: that much in a log helps nobody. */
const quietMilliseconds = 60_000;

/** Logs why backends cannot be reached by TLS; for each backend each reason once a minute. */
export function createHandshakeLog(clock: Clock, logger: Logger): OnRefused {
  let saidAt = new Map<string, number>();

  return (address, port, reason) => {
    const now = clock.monotonicMilliseconds();
    const key = `${address} ${port} ${reason}`;
    saidAt = new Map([...saidAt].filter(([, at]) => now - at < quietMilliseconds));
    if (saidAt.has(key)) return;
    saidAt.set(key, now);
    logger.warn({ address, port, reason }, 'Could not reach a backend by TLS');
  };
}
