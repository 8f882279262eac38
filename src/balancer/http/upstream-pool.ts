import type { Target } from '../backend.ts';
import type { HeadLimits } from './head-limits.ts';
import { type IdleList, Upstream, type UpstreamUser } from './upstream.ts';

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

export function createUpstreamPool(limits: HeadLimits): UpstreamPool {
  const idle = new Map<string, IdleList>();
  /** As of the last `take` or `expire`: half a second ago at most. A connection that comes back looks idle for that much longer. */
  let latest = 0;

  function listOf({ key }: Target): IdleList {
    let list = idle.get(key);
    if (list === undefined) {
      list = { upstreams: [], closed: false };
      idle.set(key, list);
    }
    return list;
  }

  function closeList(key: string, list: IdleList): void {
    idle.delete(key);
    list.closed = true;
    for (const upstream of list.upstreams.splice(0)) upstream.destroy();
  }

  return {
    take(target, user, repeatable, now) {
      latest = now;
      const { upstreams } = listOf(target);
      const oldest = now - (repeatable ? idleMilliseconds : justUsedMilliseconds);
      for (let last = upstreams.at(-1); last !== undefined && last.idleSince >= oldest; last = upstreams.at(-1)) {
        upstreams.pop();
        if (last.reusable) {
          last.use(user);
          return last;
        }
        last.destroy();
      }
      return undefined;
    },
    connect: (target, user) => new Upstream(target, listOf(target), limits, user),
    give(upstream) {
      const { upstreams, closed } = upstream.home;
      if (!closed && upstream.reusable && upstreams.length < idlePerTarget) {
        upstream.idleSince = latest;
        upstreams.push(upstream);
      } else {
        upstream.destroy();
      }
    },
    closeIdle(target) {
      const list = idle.get(target.key);
      if (list !== undefined) closeList(target.key, list);
    },
    expire(now) {
      latest = now;
      const isFresh = (upstream: Upstream): boolean =>
        upstream.reusable && now - upstream.idleSince <= idleMilliseconds;
      for (const { upstreams } of idle.values()) {
        const all = upstreams.splice(0);
        for (const upstream of all) if (!isFresh(upstream)) upstream.destroy();
        upstreams.push(...all.filter(isFresh));
      }
    },
    closeAll() {
      for (const [key, list] of idle) closeList(key, list);
    },
  };
}
