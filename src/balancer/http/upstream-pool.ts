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

interface Idle {
  readonly upstream: Upstream;
  readonly since: number;
}

/** Connections to backends, kept between requests. The last used goes first, so that what is not needed ages out. */
export interface UpstreamPool {
  /** `reused` = an idle connection, ready to be written to. Else `user.onConnected` or `onConnectFailed` follows. */
  take(target: Target, user: UpstreamUser, repeatable: boolean, now: number): { upstream: Upstream; reused: boolean };
  /** Keeps a connection whose response is complete. */
  give(upstream: Upstream, now: number): void;
  closeIdle(target: Target): void;
  /** Closes what was idle for too long. */
  expire(now: number): void;
  closeAll(): void;
}

export function createUpstreamPool(headBytes: () => number): UpstreamPool {
  const idle = new Map<string, Idle[]>();

  function closeList(key: string): void {
    const list = idle.get(key) ?? [];
    idle.delete(key);
    for (const { upstream } of list) upstream.destroy();
  }

  return {
    take(target, user, repeatable, now) {
      const list = idle.get(target.key) ?? [];
      const oldest = now - (repeatable ? idleMilliseconds : justUsedMilliseconds);
      for (let last = list.at(-1); last !== undefined && last.since >= oldest; last = list.at(-1)) {
        list.pop();
        if (last.upstream.reusable) {
          last.upstream.use(user);
          return { upstream: last.upstream, reused: true };
        }
        last.upstream.destroy();
      }
      return { upstream: new Upstream(target, headBytes(), user), reused: false };
    },
    give(upstream, now) {
      const { key } = upstream.target;
      const list = idle.get(key) ?? [];
      idle.set(key, list);
      if (upstream.reusable && list.length < idlePerTarget) list.push({ upstream, since: now });
      else upstream.destroy();
    },
    closeIdle: (target) => closeList(target.key),
    expire(now) {
      for (const [key, list] of idle) {
        const keep = list.filter(({ upstream, since }) => upstream.reusable && now - since <= idleMilliseconds);
        for (const entry of list) if (!keep.includes(entry)) entry.upstream.destroy();
        if (keep.length === 0) idle.delete(key);
        else idle.set(key, keep);
      }
    },
    closeAll() {
      for (const key of idle.keys()) closeList(key);
    },
  };
}
