import type { SessionCounts } from './session-counts.ts';

/** Counts live sessions by backend. */
export interface SessionBook {
  /** A session on this backend begins; the result is told when it ends. */
  begin(backend: string): BackendSessions;
  counts(): SessionCounts;
  /** Live sessions on this backend. */
  on(backend: string): number;
  /**
   * Counts a session that is to begin with the very next `begin`, unless there are `atMost` on the backend. Absent: nobody else counts, so
   * that `on` tells as much.
   */
  readonly tryReserve?: (backend: string, atMost: number) => boolean;
}

/** The live sessions of one backend: one object for all of them, as a request must not cost one. */
export interface BackendSessions {
  /** One session ended: to be called once for each that began. */
  end(): void;
}

/** Who wants to know when a session ends. */
export interface Waiting {
  /** 0: nobody. */
  readonly length: number;
  placeFreed(): void;
}

const nobody: Waiting = { length: 0, placeFreed: () => {} };

class LiveSessions implements BackendSessions {
  count = 0;
  private readonly waiting: Waiting;

  constructor(waiting: Waiting) {
    this.waiting = waiting;
  }

  end(): void {
    this.count -= 1;
    if (this.waiting.length > 0) this.waiting.placeFreed();
  }
}

/** @param ownName the instance beside this balancer; its sessions are no transit */
export function createSessionBook(ownName?: string, waiting: Waiting = nobody): SessionBook {
  const live = new Map<string, LiveSessions>();

  return {
    begin(backend) {
      let sessions = live.get(backend);
      if (sessions === undefined) {
        sessions = new LiveSessions(waiting);
        live.set(backend, sessions);
      }
      sessions.count += 1;
      return sessions;
    },
    counts() {
      // Nobody holds the object of a backend without sessions.
      for (const [name, { count }] of live) if (count === 0) live.delete(name);
      const backends = [...live].map(([name, { count }]): [string, number] => [name, count]);
      return countsOf(backends, ownName);
    },
    on: (backend) => live.get(backend)?.count ?? 0,
  };
}

/** @param live sessions by backend, without those that have none */
export function countsOf(live: readonly (readonly [name: string, count: number])[], ownName?: string): SessionCounts {
  const total = live.reduce((sum, [, count]) => sum + count, 0);
  const own = ownName === undefined ? total : (live.find(([name]) => name === ownName)?.[1] ?? 0);
  return { sessions: own, transit: total - own, backends: Object.fromEntries([...live].sort(byName)) };
}

function byName([one]: readonly [string, number], [other]: readonly [string, number]): number {
  return one < other ? -1 : 1;
}
