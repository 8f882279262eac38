const windowSeconds = 10;

interface Second {
  second: number;
  requests: number;
  retries: number;
}

/** Keeps retries to a share of the requests, so that a failing pool does not get twice its load. */
export interface RetryBudget {
  request(nowMilliseconds: number): void;
  /** True = one more retry is within the budget, and counted. */
  take(settings: BudgetSettings, nowMilliseconds: number): boolean;
}

export interface BudgetSettings {
  readonly budgetPercent: number;
  /** Retries within 10 s that are always allowed. */
  readonly budgetMinimum: number;
}

/** Counts the last 10 s in steps of one second. */
export function createRetryBudget(): RetryBudget {
  const ring: Second[] = [];

  function current(nowMilliseconds: number): Second {
    const second = Math.floor(nowMilliseconds / 1000);
    const slot = second % windowSeconds;
    const found = ring[slot];
    if (found?.second === second) return found;
    const fresh = { second, requests: 0, retries: 0 };
    ring[slot] = fresh;
    return fresh;
  }

  return {
    request(nowMilliseconds) {
      current(nowMilliseconds).requests += 1;
    },
    take({ budgetPercent, budgetMinimum }, nowMilliseconds) {
      const now = current(nowMilliseconds);
      let requests = 0;
      let retries = 0;
      for (const entry of ring) {
        if (entry === undefined || entry.second <= now.second - windowSeconds) continue;
        requests += entry.requests;
        retries += entry.retries;
      }
      if (retries >= Math.max(budgetMinimum, (requests * budgetPercent) / 100)) return false;
      now.retries += 1;
      return true;
    },
  };
}
