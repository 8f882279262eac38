import type { Cluster } from '../cluster/cluster.ts';
import type { CollectionName, Collections, SimPod } from '../cluster/objects.ts';

/** One operator's watches: how much of each collection's history it has seen. Each lags by its own time. */
export interface Caches {
  read<Name extends CollectionName>(name: Name): Collections[Name];
  /** Since when (by the cluster's time) this operator knows the gate as it sees it. */
  gateKnownSince(): number;
  /** Since when this operator knows since when this pod could have become Ready. */
  progressKnownSince(pod: SimPod): number;
  /** It begins anew for a pod that leaves the list: an order to drain took its readiness away. */
  seeDraining(uids: ReadonlySet<string>): void;
  /** Watches that are behind. */
  behind(): CollectionName[];
  /** One watch goes on by some events. */
  advance(name: CollectionName): void;
  /** One watch hangs, silently, until it is thawed. */
  freeze(name: CollectionName): void;
  thaw(): void;
  /** As after a start: everything is listed anew. */
  relist(): void;
  /** Remembers what one of its own writes came to, so that no plan is made from a cache that does not show it yet. */
  wrote(name: CollectionName, position: number): void;
  /** Whether all of its own writes show. */
  showsOwnWrites(): boolean;
}

export const watched = [
  'pool',
  'secret',
  'gate',
  'drains',
  'deployments',
  'pods',
  'cordoned',
] as const satisfies readonly CollectionName[];

const nowhere: Readonly<Record<CollectionName, number>> = {
  pool: 0,
  secret: 0,
  gate: 0,
  drains: 0,
  deployments: 0,
  pods: 0,
  endpoints: 0,
  cordoned: 0,
};

export function cachesOf(cluster: Cluster): Caches {
  const { histories } = cluster.store;
  const position = { ...nowhere };
  let written = { ...nowhere };
  const progress = new Map<string, number>();
  let draining: ReadonlySet<string> = new Set();
  let knownSince = 0;
  let frozen: CollectionName | undefined;
  const end = (name: CollectionName): number => histories[name].length - 1;
  const read = <Name extends CollectionName>(name: Name): Collections[Name] => {
    const version = histories[name][position[name]];
    if (version === undefined) throw new Error(`no version ${position[name]} of ${name}`);
    return version.value;
  };
  const moveTo = (name: CollectionName, target: number): void => {
    if (name === 'gate' && target !== position.gate) knownSince = cluster.milliseconds;
    position[name] = target;
    if (name !== 'pods') return;
    const known = new Map(progress);
    progress.clear();
    for (const pod of read('pods')) progress.set(keyOf(pod), known.get(keyOf(pod)) ?? cluster.milliseconds);
  };
  return {
    read,
    gateKnownSince: () => knownSince,
    progressKnownSince: (pod) => progress.get(keyOf(pod)) ?? cluster.milliseconds,
    seeDraining: (uids) => {
      for (const pod of read('pods')) {
        if (draining.has(pod.uid) && !uids.has(pod.uid)) progress.set(keyOf(pod), cluster.milliseconds);
      }
      draining = uids;
    },
    behind: () => watched.filter((name) => name !== frozen && position[name] < end(name)),
    advance: (name) => {
      const behind = end(name) - position[name];
      moveTo(name, cluster.calm ? end(name) : position[name] + 1 + cluster.random.below(behind));
    },
    freeze: (name) => {
      frozen = name;
    },
    thaw: () => {
      frozen = undefined;
    },
    relist: () => {
      frozen = undefined;
      written = { ...nowhere };
      progress.clear();
      knownSince = cluster.milliseconds;
      for (const name of watched) moveTo(name, end(name));
    },
    wrote: (name, at) => {
      written[name] = Math.max(written[name], at);
    },
    showsOwnWrites: () => watched.every((name) => position[name] >= written[name]),
  };
}

/** A pod that begins anew to make progress is another one. */
function keyOf({ uid, report }: SimPod): string {
  return `${uid} ${report.startedMilliseconds ?? ''}`;
}
