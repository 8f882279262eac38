import type { DaemonChild } from '../../cluster/processes/child.ts';

/** Ports of 127.0.0.1, by what is spoken there; a contestant's lead to the backends' of the same name. */
export interface Ports {
  readonly http: number;
  readonly echo: number;
  readonly sink: number;
}

/** Of a contestant: one more speaks TLS, and leads to the same backends as `http`. */
export interface ContestantPorts extends Ports {
  readonly https: number;
}

/** In the order of the first round. HAProxy is the measure of the others. */
export const contestantNames = ['haproxy', 'nginx', 'gatewaypool'] as const;
export type ContestantName = (typeof contestantNames)[number];

/** One number of each. */
export type ByContestant = Readonly<Record<ContestantName, number>>;

/** A balancer at work. */
export interface Contestant {
  readonly name: ContestantName;
  readonly process: DaemonChild;
  readonly ports: ContestantPorts;
}
