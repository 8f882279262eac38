import type { FrontendContext } from '../frontend.ts';
import type { RequestRules } from './request-head.ts';
import type { RetryBudget } from './retry-budget.ts';
import type { UpstreamPool } from './upstream-pool.ts';

/** What one HTTP listener's connections share. */
export interface HttpContext extends FrontendContext {
  readonly pool: UpstreamPool;
  readonly budget: RetryBudget;
  readonly recent: Recent;
}

/**
 * What each request asks for, as plain values: a call is what costs most in code as short as this. But for `draining` they are as of the
 * last tick, so at most half a second old.
 */
export interface Recent extends RequestRules {
  milliseconds: number;
  headBytes: number;
  headFields: number;
  allowConnect: boolean;
  /** Each response is the last one on its connection. */
  draining: boolean;
}
