import type { KubeError } from '../errors.ts';
import type { Method } from './transport.ts';

/** What is known of an attempt that failed. */
export interface FailedAttempt {
  readonly method: Method;
  readonly error: KubeError;
  /** The connection had served another call before, so it may have died in the pool. */
  readonly reusedConnection: boolean;
  /** Counts from 0. */
  readonly attempt: number;
}

/** client-go gives up after as many answers with Retry-After. */
const maxAttemptsWhenTold = 10;
const maxAttempts = 3;
const firstDelayMilliseconds = 200;

/**
 * How long to wait before the same call is sent again, or undefined when it must not be. Never sends again what the server may have
 * carried out, unless a repetition does no harm.
 */
export function retryDelayMilliseconds(failed: FailedAttempt, random: () => number): number | undefined {
  const { method, error, attempt } = failed;
  const backoff = firstDelayMilliseconds * 2 ** attempt * (0.5 + random() / 2);

  // With Retry-After the server says that it did nothing (priority and fairness; a server that starts or stops): any method.
  if ((error.status === 429 || error.status === 503) && error.retryAfterSeconds !== undefined) {
    return attempt < maxAttemptsWhenTold ? Math.max(error.retryAfterSeconds * 1000, backoff) : undefined;
  }
  if (attempt + 1 >= maxAttempts) return undefined;

  // A pooled connection that was closed while idle: the usual case is that the request was never read. POST is the one verb whose
  // repetition would not be noticed; a repeated PUT conflicts, a repeated DELETE finds nothing, a repeated PATCH changes nothing.
  if (failed.reusedConnection && error.code === 'Connection' && method !== 'POST') return 0;

  if (method !== 'GET') return undefined;
  return error.status >= 500 || error.code === 'Connection' || error.code === 'Timeout' ? backoff : undefined;
}
