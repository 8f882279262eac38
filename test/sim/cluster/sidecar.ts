import type { PodAnswer } from '../../../src/operator/plan/observation.ts';
import type { Cluster } from './cluster.ts';
import { isListening, runs } from './cluster.ts';
import type { Move } from './move.ts';
import { seatRound } from './seat-round.ts';
import { sessionsOf } from './sessions.ts';
import { obeyedDrains, seeDrains, seeEndpoints, toldDrain } from './sidecar-drain.ts';

/** What the sidecars could do next: go on in their round of the seat rule, or hear news of the API server. */
export function sidecarMoves(cluster: Cluster): Move[] {
  return [...seatMoves(cluster), ...watchMoves(cluster)];
}

export function seatMoves(cluster: Cluster): Move[] {
  const moves: Move[] = [];
  for (const process of cluster.processes.values()) {
    if (process.sidecarRuns && !process.marker) moves.push(() => seatRound(cluster, process));
  }
  return moves;
}

/** Each watch lags by its own time, and may bring several versions at once. */
export function watchMoves(cluster: Cluster): Move[] {
  if (cluster.apiIsDown) return [];
  const { endpoints, drains } = cluster.store.histories;
  const moves: Move[] = [];
  for (const process of cluster.processes.values()) {
    if (!runs(cluster, process)) continue;
    if (process.seenEndpoints < endpoints.length - 1) moves.push(() => seeEndpoints(cluster, process));
    if (process.seenDrains < drains.length - 1) moves.push(() => seeDrains(cluster, process));
  }
  return moves;
}

/** GET :15090/sessions as the operator asks it; undefined: no answer. */
export function answerOf(cluster: Cluster, podUid: string): PodAnswer | undefined {
  const process = cluster.processes.get(podUid);
  if (process === undefined || process.silent || !runs(cluster, process)) return undefined;
  if (cluster.silence > 0 && cluster.random.chance(cluster.silence)) return undefined;

  const own = sessionsOf(cluster, podUid);
  const backends: Record<string, number> = {};
  for (const { entry, gateway } of own) {
    const slot = cluster.processes.get(gateway)?.slot;
    if (entry === podUid && slot !== undefined) backends[slot] = (backends[slot] ?? 0) + 1;
  }
  const { generation, draining } = obeyedDrains(cluster, process);
  const isUnreadable = cluster.silence > 0 && cluster.random.chance(cluster.silence / 4);
  const sessions = isListening(cluster) ? (backends[process.slot] ?? 0) : own.length;
  return {
    held: process.held,
    sessions: isUnreadable ? undefined : sessions,
    transit: own.filter(({ entry, gateway }) => entry === podUid && gateway !== podUid).length,
    backends,
    drain: toldDrain(cluster, process),
    knownDrains: draining.map((order) => order.podUid),
    drainsGeneration: generation,
    busyPeers: [],
  };
}
