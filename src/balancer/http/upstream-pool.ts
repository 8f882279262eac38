import type { Target } from '../backend.ts';
import { Upstream, type UpstreamUser } from './upstream.ts';

/**
 * Idle longer than this, the backend may be about to close: a request then would be lost on the way. Below the shortest time that is
 * usual, the 5 s of Node.js (https://nodejs.org/api/http.html#serverkeepalivetimeout).
 */
const idleMilliseconds = 4000;

/** For a request that could not be sent again: only a connection that was in use just now. */
const justUsedMilliseconds = 1000;

const idlePerTarget = 256;

/** Connections to backends, kept between requests. The last used goes first, so that what is not needed ages out. */
export interface UpstreamPool {
  /** An idle connection, ready to be written to. */
  take(target: Target, user: UpstreamUser, repeatable: boolean, now: number): Upstream | undefined;
  /** A new connection: `user.onConnected` or `onConnectFailed` follows. */
  connect(target: Target, user: UpstreamUser): Upstream;
  /** Keeps a connection whose response is complete. */
  give(upstream: Upstream): void;
  closeIdle(target: Target): void;
  /** Closes what was idle for too long. */
  expire(now: number): void;
  closeAll(): void;
}

export function createUpstreamPool(headBytes: () => number): UpstreamPool {
  const idle = new Map<string, Upstream[]>();
  /** As of the last `take` or `expire`: half a second ago at most. A connection that comes back looks idle for that much longer. */
  let latest = 0;

  function closeList(key: string): void {
    const list = idle.get(key) ?? [];
    idle.delete(key);
    for (const upstream of list) upstream.destroy();
  }

  return {
    take(target, user, repeatable, now) {
      latest = now;
      const list = idle.get(target.key);
      if (list === undefined) return undefined;
      const oldest = now - (repeatable ? idleMilliseconds : justUsedMilliseconds);
      for (let last = list.at(-1); last !== undefined && last.idleSince >= oldest; last = list.at(-1)) {
        list.pop();
        if (last.reusable) {
          last.use(user);
          return last;
        }
        last.destroy();
      }
      return undefined;
    },
    connect: (target, user) => new Upstream(target, headBytes(), user),
    give(upstream) {
      const { key } = upstream.target;
      let list = idle.get(key);
      if (list === undefined) {
        list = [];
        idle.set(key, list);
      }
      if (upstream.reusable && list.length < idlePerTarget) {
        upstream.idleSince = latest;
        list.push(upstream);
      } else {
        upstream.destroy();
      }
    },
    closeIdle: (target) => closeList(target.key),
    expire(now) {
      latest = now;
      for (const [key, list] of idle) {
        const isFresh = (upstream: Upstream): boolean =>
          upstream.reusable && now - upstream.idleSince <= idleMilliseconds;
        const keep = list.filter(isFresh);
        for (const upstream of list) if (!keep.includes(upstream)) upstream.destroy();
        if (keep.length === 0) idle.delete(key);
        else idle.set(key, keep);
      }
    },
    closeAll() {
      for (const key of idle.keys()) closeList(key);
    },
  };
}
