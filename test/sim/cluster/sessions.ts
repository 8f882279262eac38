import type { Cluster } from './cluster.ts';
import { say } from './cluster.ts';
import type { Process } from './process.ts';

/** Somebody works through the pool. The session lives in two pods, or in one that is both. */
export interface Session {
  /** Pod whose sidecar it entered through; undefined: the gateway itself dialled out for it. */
  readonly entry: string | undefined;
  readonly gateway: string;
  readonly sinceMilliseconds: number;
  /** It went to a gateway that drains, because there was no other. */
  readonly lastResort: boolean;
}

/** Why sessions ended that nobody had ended. Each is somebody's or something's doing, and none is the operator's. */
export type Cause =
  /** `kubectl delete pod --force`. */
  | 'ForceDelete'
  /** The node is gone, or was given up. */
  | 'NodeLost'
  /** The time that the user gave to sessions of an ending pod is over. */
  | 'Deadline'
  /** Nobody was left who could have made the kubelet wait. */
  | 'SidecarKilled'
  /** The process in which the sessions lived crashed. */
  | 'GatewayCrash';

export function openSession(cluster: Cluster, entry: Process | undefined, gateway: Process, lastResort: boolean): void {
  const sinceMilliseconds = cluster.milliseconds;
  const session: Session = { entry: entry?.podUid, gateway: gateway.podUid, sinceMilliseconds, lastResort };
  cluster.sessions = [...cluster.sessions, session];
  const through = entry === undefined || entry === gateway ? '' : ` through ${entry.podName}`;
  say(cluster, `Session begins in ${gateway.podName}${through}`);
}

export function closeSession(cluster: Cluster, session: Session): void {
  cluster.sessions = cluster.sessions.filter((other) => other !== session);
  const process = cluster.processes.get(session.gateway);
  say(cluster, `Session in ${process?.podName ?? session.gateway} ends`);
}

export function closeAllSessions(cluster: Cluster): void {
  cluster.sessions = [];
}

/** Live sessions that end when this pod does: those of its gateway, and those of others that entered through it. */
export function sessionsOf({ sessions }: Cluster, podUid: string): Session[] {
  return sessions.filter(({ entry, gateway }) => entry === podUid || gateway === podUid);
}

/** Sessions end in the middle of somebody's work, and that is told. */
export function cutSessions(
  cluster: Cluster,
  process: Process,
  isHit: (session: Session) => boolean,
  cause: Cause,
): void {
  const cut = cluster.sessions.filter(isHit);
  if (cut.length === 0) return;

  cluster.sessions = cluster.sessions.filter((session) => !cut.includes(session));
  say(cluster, `${cut.length} ${cut.length === 1 ? 'session' : 'sessions'} of ${process.podName} cut: ${told[cause]}`);
  cluster.onOccurrence({ kind: 'SessionsCut', process, sessions: cut, cause });
}

const told: Readonly<Record<Cause, string>> = {
  ForceDelete: 'its pod was deleted by force',
  NodeLost: 'its node was lost',
  Deadline: 'the deadline is over',
  SidecarKilled: 'its sidecar was killed',
  GatewayCrash: 'its gateway crashed',
};
