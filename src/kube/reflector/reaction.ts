import type { KubeError } from '../errors.ts';
import { isFutureResourceVersion, isGone } from '../errors.ts';
import type { ReconnectReason, RelistReason } from './metrics.ts';
import type { StreamEnd } from './watch-stream.ts';

/** What a reflector does after a list or a watch has ended. */
export interface Reaction {
  /** Read the whole collection again, and why; absent = go on from the last resource version. */
  readonly relist?: RelistReason;
  /** Do not ask for "not older than what we have": the server no longer knows that version, or not yet. */
  readonly fromScratch?: boolean;
  readonly reconnect?: ReconnectReason;
  /** Wait first. */
  readonly backoff: boolean;
  /** List the objects instead, now and from now on. */
  readonly withoutInitialObjects?: boolean;
}

/** What the reaction depends on besides how it ended. */
export interface Circumstances {
  /** It ended before the initial objects were complete. */
  readonly collecting: boolean;
  /** How long there has been nothing but failures. */
  readonly failingMilliseconds: number;
  readonly sinceRelistMilliseconds: number;
  readonly relistAfterFailingMilliseconds: number;
}

/** Relisting more often than this is a loop. */
const relistIntervalMilliseconds = 10_000;

export function reactTo(end: Exclude<StreamEnd, { readonly cause: 'Stopped' }>, now: Circumstances): Reaction {
  if (end.cause === 'NoInitialObjects') return { withoutInitialObjects: true, backoff: false };
  if (end.cause === 'Idle') {
    if (now.collecting) return { reconnect: 'Idle', backoff: true };
    // Not even a bookmark ever came: perhaps the server waits for a resource version that lies in its future. A list would tell.
    return end.healthy ? { reconnect: 'Idle', backoff: false } : { relist: 'Failing', backoff: false };
  }
  // A server closes a watch after timeoutSeconds: the normal end. One that closes at once, or amid the initial objects, is in trouble.
  if (end.cause === 'Closed') return { reconnect: 'Closed', backoff: now.collecting || !end.healthy };

  const { error } = end;
  if (isGone(error)) {
    return {
      relist: 'Expired',
      fromScratch: true,
      backoff: now.sinceRelistMilliseconds < relistIntervalMilliseconds,
    };
  }
  // After etcd was restored from a backup our version lies in the future; a server that lags catches up during the back-off.
  if (isFutureResourceVersion(error)) return { relist: 'Expired', fromScratch: true, backoff: true };
  if (now.failingMilliseconds >= now.relistAfterFailingMilliseconds && isServersFault(error)) {
    return { relist: 'Failing', backoff: true };
  }
  return { reconnect: 'Failed', backoff: true };
}

/** It answers, but not with a watch: perhaps our resource version is what upsets it. Unreachable or overloaded is another matter. */
function isServersFault(error: KubeError): boolean {
  return error.code === 'BadResponse' || (error.status >= 500 && error.status !== 503);
}
