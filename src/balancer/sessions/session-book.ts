import type { SessionCounts } from './session-counts.ts';

/** Counts live sessions by backend. */
export interface SessionBook {
  /** A session on this backend begins; call the result once when it ends (more calls do nothing). */
  begin(backend: string): () => void;
  counts(): SessionCounts;
}

/** @param ownName the instance beside this balancer; its sessions are no transit */
export function createSessionBook(ownName?: string): SessionBook {
  const live = new Map<string, number>();

  function add(backend: string, amount: number): void {
    const count = (live.get(backend) ?? 0) + amount;
    if (count === 0) live.delete(backend);
    else live.set(backend, count);
  }

  return {
    begin(backend) {
      let ended = false;
      add(backend, 1);
      return () => {
        if (ended) return;
        ended = true;
        add(backend, -1);
      };
    },
    counts() {
      const total = [...live.values()].reduce((sum, count) => sum + count, 0);
      const own = ownName === undefined ? total : (live.get(ownName) ?? 0);
      return { sessions: own, transit: total - own, backends: Object.fromEntries([...live].sort(byName)) };
    },
  };
}

function byName([one]: readonly [string, number], [other]: readonly [string, number]): number {
  return one < other ? -1 : 1;
}
