import { afterRestart, notDraining } from '../../../src/balancer/drain/drain-state.ts';
import { createRotation } from '../../../src/balancer/rotation/rotation.ts';
import type { Cluster } from './cluster.ts';
import { isListening, replacePod } from './cluster.ts';
import { noticeMoves, removePod } from './ending.ts';
import type { Move } from './move.ts';
import type { PodReport, SimPod } from './objects.ts';
import type { Process } from './process.ts';
import { cutSessions } from './sessions.ts';
import { obeyOrder } from './sidecar-drain.ts';
import { behaviourOf } from './template.ts';

/** What the kubelets could do next on nodes that are up: run containers, and report them. */
export function kubeletMoves(cluster: Cluster): Move[] {
  const moves: Move[] = noticeMoves(cluster);
  for (const pod of cluster.store.last('pods')) {
    if (pod.node === undefined) {
      if (pod.terminating) moves.push(() => removePod(cluster, pod.uid, 'Deadline'));
      continue;
    }
    if (cluster.lostNodes.has(pod.node)) continue;
    const process = cluster.processes.get(pod.uid);
    if (process !== undefined) moves.push(...containerMoves(cluster, pod, process));
    else if (!pod.terminating) moves.push(() => startSidecar(cluster, pod, pod.node ?? ''));
  }
  return moves;
}

function containerMoves(cluster: Cluster, pod: SimPod, process: Process): Move[] {
  const moves: Move[] = [];
  if (!process.sidecarRuns && !pod.terminating) moves.push(() => restartSidecar(cluster, process));
  if (process.marker && !pod.terminating) moves.push(...gatewayMoves(cluster, process));

  const report = reportOf(cluster, pod, process);
  if (!cluster.apiIsDown && (pod.nodeLost || differs(report, pod.report))) {
    moves.push(() => {
      replacePod(cluster, pod.uid, { nodeLost: false, report });
    });
  }
  return moves;
}

function gatewayMoves(cluster: Cluster, process: Process): Move[] {
  const behaviour = behaviourOf(process.template);
  if (behaviour === 'ImageMissing') return [];
  if (!process.gatewayRuns) {
    return process.restarts >= 4 && behaviour === 'Crashes' ? [] : [() => startGateway(process)];
  }
  if (behaviour === 'Crashes') return [() => crashGateway(cluster, process)];
  if (process.gatewayServes || behaviour === 'NeverReady') return [];
  return [
    () => {
      process.gatewayServes = true;
    },
  ];
}

function startGateway(process: Process): void {
  process.gatewayRuns = true;
  process.gatewayEverRan = true;
}

/** The container ends, and with it its sessions; the sidecar and what only passes through it go on. */
export function crashGateway(cluster: Cluster, process: Process): void {
  process.gatewayRuns = false;
  process.gatewayServes = false;
  process.restarts += 1;
  cutSessions(cluster, process, ({ gateway }) => gateway === process.podUid, 'GatewayCrash');
}

/** The kernel ends the sidecar: what passed through it is cut. Sessions that a gateway dialled out for go on. */
export function killSidecar(cluster: Cluster, process: Process): void {
  process.sidecarRuns = false;
  process.round = { at: 'Rest' };
  cutSessions(cluster, process, ({ entry }) => entry === process.podUid, 'SidecarKilled');
}

/** All containers of the pod are gone at once; the emptyDir stays. */
export function stopContainers(process: Process): void {
  process.gatewayRuns = false;
  process.gatewayServes = false;
  process.sidecarRuns = false;
  process.round = { at: 'Rest' };
}

/** It finds on the emptyDir what it knew and what it had begun. */
function restartSidecar(cluster: Cluster, process: Process): void {
  process.sidecarRuns = true;
  process.held = null;
  process.lostSince = new Map();
  process.drain = afterRestart(process.drain);
  process.rotation = createRotation(cluster.random.next());
}

function reportOf(cluster: Cluster, { report }: SimPod, process: Process): PodReport {
  const { milliseconds } = cluster;
  // Note: only an order takes the readiness away. The Service of a pod that is being deleted may have no other.
  const takesWork = process.drain.ordered === undefined || !isListening(cluster);
  const ready = process.sidecarRuns && process.gatewayServes && takesWork;
  return {
    sidecarRan: true,
    started: process.marker,
    startedMilliseconds: process.markedMilliseconds,
    gatewayEverStarted: process.gatewayEverRan,
    ready,
    readyMilliseconds: ready ? (report.readyMilliseconds ?? milliseconds) : undefined,
    restarts: process.restarts,
    waiting: waitingOf(process),
  };
}

const waits: Readonly<Record<string, PodReport['waiting']>> = {
  ImageMissing: { reason: 'ImagePullBackOff', message: 'Back-off pulling image' },
  Crashes: { reason: 'CrashLoopBackOff', message: 'back-off restarting failed container gateway' },
};

function waitingOf(process: Process): PodReport['waiting'] {
  if (!process.marker || process.gatewayRuns) return undefined;
  const behaviour = behaviourOf(process.template);
  return behaviour === 'Crashes' && process.restarts === 0 ? undefined : waits[behaviour];
}

function differs(left: PodReport, right: PodReport): boolean {
  return (
    left.sidecarRan !== right.sidecarRan ||
    left.started !== right.started ||
    left.ready !== right.ready ||
    left.gatewayEverStarted !== right.gatewayEverStarted ||
    left.restarts !== right.restarts ||
    left.waiting?.reason !== right.waiting?.reason
  );
}

function startSidecar(cluster: Cluster, pod: SimPod, node: string): void {
  const { histories } = cluster.store;
  const process: Process = {
    podUid: pod.uid,
    podName: pod.name,
    slot: pod.slot,
    node,
    template: pod.template,
    sidecarRuns: true,
    silent: false,
    marker: false,
    markedMilliseconds: undefined,
    gatewayRuns: false,
    gatewayServes: false,
    gatewayEverRan: false,
    restarts: 0,
    held: null,
    round: { at: 'Rest' },
    lostSince: new Map(),
    // Note: a new watch may begin in the past, at a server that lags behind.
    seenEndpoints: cluster.calm ? histories.endpoints.length - 1 : cluster.random.below(histories.endpoints.length),
    seenDrains: histories.drains.length - 1,
    drain: notDraining,
    rotation: createRotation(cluster.random.next()),
  };
  cluster.processes.set(pod.uid, process);
  obeyOrder(cluster, process);
}
