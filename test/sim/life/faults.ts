import type { ResolvedSpec } from '../../../src/api/resolve.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { findPod, say } from '../cluster/cluster.ts';
import { crashGateway, killSidecar } from '../cluster/kubelet.ts';
import type { Move } from '../cluster/move.ts';
import type { Process } from '../cluster/process.ts';
import { nodeFaults } from './nodes.ts';
import * as user from './user.ts';

/** What is tried in a life: everything, or only what moves seats or instances, so that rare meetings become frequent. */
export type Temper = 'Everything' | 'Seats' | 'Rollouts' | 'Drains';

/** What people and machines do to a pool. */
export function faults(cluster: Cluster, temper: Temper): Move[] {
  const { random, store } = cluster;
  const slot = random.pick(store.last('deployments'))?.slot;
  const pod = random.pick(store.last('pods'));
  const lasting = passingFaults(cluster);
  if (temper === 'Seats') {
    return [
      ...seatEdits(cluster),
      ...(slot === undefined ? [] : slotFaults(cluster, slot)),
      ...podFaults(cluster, pod?.uid),
    ];
  }
  if (temper === 'Rollouts') {
    const requests = slot === undefined ? [] : slotRequests(cluster, slot);
    return [
      ...rolloutEdits(cluster),
      ...rolloutEdits(cluster),
      ...drainEdits(cluster),
      ...requests,
      ...processFaults(cluster, pod?.uid),
    ];
  }
  if (temper === 'Drains') {
    const process = pod && cluster.processes.get(pod.uid);
    const requests = slot === undefined ? [] : stopRequests(cluster, slot);
    return [...drainEdits(cluster), ...requests, ...(process === undefined ? [] : [hush(process)])];
  }
  return [
    ...seatEdits(cluster),
    ...rolloutEdits(cluster),
    ...lasting,
    ...nodeFaults(cluster),
    ...nodeFaults(cluster),
    ...(slot === undefined ? [] : [...slotFaults(cluster, slot), ...slotRequests(cluster, slot)]),
    ...podFaults(cluster, pod?.uid),
    ...processFaults(cluster, pod?.uid),
    () => user.deleteDrainsByHand(cluster),
    () => user.editDrainsByHand(cluster),
  ];
}

function seatEdits(cluster: Cluster): Move[] {
  const { random } = cluster;
  const { spec } = cluster.store.last('pool');
  const edit = (change: Partial<ResolvedSpec>) => () => user.editSpec(cluster, change);
  const external = spec.externalInstances.length > 0 ? [] : [{ name: 'dc2', platform: 'Linux' as const }];
  return [
    edit({ maxInstances: 1 + random.below(4) }),
    edit({ maxInstances: Math.max(1, spec.maxInstances + (random.chance(0.5) ? 1 : -1)) }),
    edit({ replicas: random.below(5) }),
    edit({ replicas: Math.max(0, (spec.replicas ?? spec.maxInstances) + (random.chance(0.5) ? 1 : -1)) }),
    edit({ externalInstances: external }),
    () => user.deleteGateByHand(cluster),
  ];
}

/** What orders drains, and what takes them back. */
function drainEdits(cluster: Cluster): Move[] {
  const { random } = cluster;
  const { replicas, maxInstances, rollout } = cluster.store.last('pool').spec;
  const { maxWaitSeconds: _wait, ...rest } = rollout;
  const count = Math.min(replicas ?? maxInstances, maxInstances);
  const edit = (change: Partial<ResolvedSpec>) => () => user.editSpec(cluster, change);
  const more = edit({ replicas: count + 1 });
  const policy = random.chance(0.5) ? ({ policy: 'OnIdle' } as const) : ({ policy: 'Rolling' } as const);
  return [
    more,
    more,
    edit({ replicas: Math.max(1, count - 1) }),
    edit({ replicas: Math.max(1, count - 1) }),
    edit({ maxInstances: 3 + random.below(2) }),
    edit({ image: random.chance(0.5) ? 'gateway:1' : 'gateway:2' }),
    edit({ rollout: { ...rest, ...policy } }),
  ];
}

/** Whoever was to stop is wanted again: what was decided before must not end anybody any more. */
export function wantThemBack(cluster: Cluster): void {
  const { replicas, maxInstances, image } = cluster.store.last('pool').spec;
  const [running] = cluster.store.last('deployments');
  for (const { slot } of cluster.store.last('deployments')) user.takeBackStop(cluster, slot);
  const isRollout = running !== undefined && running.template.image !== image && cluster.random.chance(0.5);
  if (isRollout) user.editSpec(cluster, { image: running.template.image });
  else user.editSpec(cluster, { replicas: (replicas ?? maxInstances) + 2 });
}

const images = ['gateway:0', 'gateway:1', 'gateway:2', 'gateway:3'];
const brokenImages = ['gateway:crash', 'gateway:absent', 'gateway:mute'];

function rolloutEdits(cluster: Cluster): Move[] {
  const { random } = cluster;
  const { rollout } = cluster.store.last('pool').spec;
  const image = random.pick(images) ?? '';
  const broken = random.pick(brokenImages) ?? '';
  const policy = random.pick(['OnIdle', 'OnIdle', 'Rolling', 'Rolling', 'OnDelete'] as const) ?? 'OnIdle';
  const { maxWaitSeconds: _wait, ...rest } = rollout;
  const wait = policy === 'OnIdle' && random.chance(0.4) ? { maxWaitSeconds: random.below(20) } : {};
  return [
    () => user.editSpec(cluster, { image }),
    () => user.editSpec(cluster, { image: broken }),
    () => user.editSpec(cluster, { rollout: { ...rest, ...wait, policy } }),
    () => user.rotateConfig(cluster),
    () => user.askForRestart(cluster),
  ];
}

/** Faults that last. They end more often than they begin, so that there is life in between. */
function passingFaults(cluster: Cluster): Move[] {
  const { paused } = cluster.store.last('pool').spec;
  const pause = (): void => user.editSpec(cluster, { paused: !paused });
  const isBroken = !cluster.store.last('secret').valid;
  const config = (): void => (isBroken ? user.mendConfig(cluster) : user.breakConfig(cluster));
  const api = (): void => {
    cluster.apiIsDown = !cluster.apiIsDown;
    say(cluster, cluster.apiIsDown ? 'API server is down' : 'API server is up');
  };
  const often = <T>(move: T, isOn: boolean): T[] => (isOn ? Array.from({ length: 20 }, () => move) : [move]);
  return [...often(pause, paused), ...often(config, isBroken), ...often(api, cluster.apiIsDown)];
}

function slotFaults(cluster: Cluster, slot: string): Move[] {
  return [
    () => user.deleteSlotByHand(cluster, slot),
    () => user.deleteSlotByHand(cluster, slot),
    () => user.editGateByHand(cluster, slot),
    () => user.scaleSlotByHand(cluster, slot, 5),
    () => user.scaleSlotByHand(cluster, slot, 0),
    () => user.relabelSlot(cluster, slot),
  ];
}

function stopRequests(cluster: Cluster, slot: string): Move[] {
  return [() => user.askForStop(cluster, slot), () => user.takeBackStop(cluster, slot)];
}

function slotRequests(cluster: Cluster, slot: string): Move[] {
  return [
    ...stopRequests(cluster, slot),
    () => user.rolloutRestart(cluster, slot),
    () => user.editTemplateByHand(cluster, slot),
  ];
}

function podFaults(cluster: Cluster, uid: string | undefined): Move[] {
  if (uid === undefined) return [];
  const remove = (): void => user.deletePodByHand(cluster, uid);
  return [remove, remove, () => user.deletePodByForce(cluster, uid)];
}

/** For a while its sidecar does its work, and nobody gets an answer at /sessions. */
function hush(process: Process): Move {
  return () => {
    process.silent = !process.silent;
  };
}

function processFaults(cluster: Cluster, uid: string | undefined): Move[] {
  const process = uid === undefined ? undefined : cluster.processes.get(uid);
  if (process === undefined) return [];
  const name = findPod(cluster, process.podUid)?.name ?? '';
  return [
    hush(process),
    () => {
      process.gatewayServes = false;
    },
    () => {
      if (!process.gatewayRuns) return;
      say(cluster, `The gateway of ${name} crashes`);
      crashGateway(cluster, process);
    },
    () => {
      say(cluster, `The sidecar of ${name} is killed: it was out of memory`);
      killSidecar(cluster, process);
    },
  ];
}
