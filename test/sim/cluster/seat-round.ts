import type { PoolView } from '../../../src/balancer/endpoints/pool-view.ts';
import { heldBy, slotVerdict } from '../../../src/balancer/seat/decide.ts';
import type { SlotVerdict } from '../../../src/balancer/seat/decide.ts';
import { gateVerdict } from '../../../src/balancer/seat/gate.ts';
import type { OwnPod } from '../../../src/balancer/seat/held.ts';
import { occupants, seatTakeoverSeconds, slotPeers, trackLost } from '../../../src/balancer/seat/occupants.ts';
import type { PeerAnswer, PeerAnswers } from '../../../src/balancer/seat/occupants.ts';
import type { Cluster } from './cluster.ts';
import { say } from './cluster.ts';
import type { Process, Round } from './process.ts';

/** The deadline of a sidecar's live read of the gate. */
const gateDeadlineMilliseconds = 5000;

/** One step in a round of the real seat rule. The reads of a round are apart in time, and the world goes on between them. */
export function seatRound(cluster: Cluster, process: Process): void {
  const isCutOff = cluster.lostNodes.has(process.node);
  const reachesApi = !isCutOff && !cluster.apiIsDown;
  const { round } = process;
  switch (round.at) {
    case 'Rest':
      process.round = ask(cluster, process, isCutOff);
      break;
    case 'Asked': {
      const watched = judge(cluster, process, watchedView(cluster, process), round.answers);
      const live = reachesApi ? cluster.store.last('endpoints') : undefined;
      const slot = watched.free ? judge(cluster, process, live, round.answers) : watched;
      process.round = { at: 'Judged', answers: round.answers, slot };
      break;
    }
    case 'Judged': {
      const gate = cluster.store.last('gate')?.gate;
      const reading = !reachesApi
        ? ({ kind: 'Unavailable', problem: 'no answer' } as const)
        : gate === undefined
          ? ({ kind: 'Missing' } as const)
          : ({ kind: 'Seats', seats: gate } as const);
      process.round = { ...round, at: 'GateRead', reading, sinceMilliseconds: cluster.milliseconds };
      break;
    }
    case 'GateRead':
      decide(cluster, process, round);
      process.round = { at: 'Rest' };
  }
}

function ask(cluster: Cluster, process: Process, isCutOff: boolean): Round {
  const peers = slotPeers(watchedView(cluster, process), ownPod(process));
  const answers: PeerAnswers = new Map(
    peers.map(({ podUid }) => [podUid, isCutOff ? { kind: 'Silent' } : answerOf(cluster, podUid)]),
  );
  process.lostSince = trackLost(process.lostSince, peers, answers, cluster.milliseconds);
  return { at: 'Asked', answers };
}

/** What the sidecar of a pod answers a peer. */
function answerOf(cluster: Cluster, podUid: string): PeerAnswer {
  const process = cluster.processes.get(podUid);
  if (process === undefined || cluster.lostNodes.has(process.node)) return { kind: 'Silent' };
  // Its pod's network still refuses connections, so it is alive.
  if (!process.sidecarRuns) return { kind: 'Refused' };
  if (process.marker) return { kind: 'Seated' };
  return process.held === null ? { kind: 'Seated' } : { kind: 'Held', waitsFor: process.held.waitsFor };
}

function decide(cluster: Cluster, process: Process, round: Extract<Round, { at: 'GateRead' }>): void {
  const own = ownPod(process);
  const isLate = cluster.milliseconds - round.sinceMilliseconds >= gateDeadlineMilliseconds;
  const reading = isLate ? ({ kind: 'Unavailable', problem: 'deadline exceeded' } as const) : round.reading;
  const slot = round.slot.free ? judge(cluster, process, watchedView(cluster, process), round.answers) : round.slot;
  const held = heldBy(slot, gateVerdict(reading, own, 'seats'));
  const isNews = held?.message !== process.held?.message && held?.reason !== 'EndpointMissing';
  process.held = held;
  if (held !== null) {
    if (isNews) say(cluster, `Sidecar of ${own.podName} holds its gateway back: ${held.message}`);
    return;
  }
  process.marker = true;
  process.markedMilliseconds = cluster.milliseconds;
  say(cluster, `Sidecar of ${own.podName} lets its gateway start`);
  cluster.onOccurrence({ kind: 'GatewayStarted', process });
}

function judge(cluster: Cluster, process: Process, view: PoolView | undefined, answers: PeerAnswers): SlotVerdict {
  const own = ownPod(process);
  const now = { milliseconds: cluster.milliseconds, takeoverSeconds: seatTakeoverSeconds };
  return slotVerdict(view, own, occupants(slotPeers(view ?? [], own), own, answers, process.lostSince, now));
}

function watchedView(cluster: Cluster, process: Process): PoolView {
  return cluster.store.histories.endpoints[process.seenEndpoints]?.value ?? [];
}

function ownPod({ podUid, podName, slot }: Process): OwnPod {
  return { slot, podUid, podName };
}
