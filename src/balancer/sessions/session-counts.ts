/**
 * Live sessions that run through this balancer. TCP: connections. HTTP: requests in flight and upgraded connections. Never health
 * checks, never idle pooled connections.
 */
export interface SessionCounts {
  /** Sessions of the own instance; without an own name (static mode) all sessions. */
  readonly sessions: number;
  /** Sessions of other instances that enter through this balancer: 0 without an own name. */
  readonly transit: number;
  /** Sessions by backend name. Names without a session are left out. */
  readonly backends: Readonly<Record<string, number>>;
}
