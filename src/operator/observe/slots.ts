import { labels } from '../../api/identity.ts';
import type { ObservedPod, ObservedSlot } from '../plan/observation.ts';
import { slotNumber } from '../plan/slots.ts';
import type { RenderedPool } from '../render/pool.ts';
import { belongsTo } from './ownership.ts';
import type { TemplateChecks, WatchedDeployment } from './watched-deployment.ts';
import { observeDeployment } from './watched-deployment.ts';
import type { PodSurroundings, WatchedPod } from './watched-pod.ts';
import { observePod } from './watched-pod.ts';

/** The pool's objects in the caches. */
export interface SlotSources {
  readonly pool: RenderedPool;
  readonly deployments: readonly WatchedDeployment[];
  readonly pods: readonly WatchedPod[];
  readonly surroundings: PodSurroundings;
  readonly checks: TemplateChecks;
}

/** Puts Deployments and pods together by slot, in ascending order. */
export function observeSlots({ pool, deployments, pods, surroundings, checks }: SlotSources): ObservedSlot[] {
  const own = deployments.filter((deployment) => belongsTo(deployment, pool));
  const slots: ObservedSlot[] = [];
  for (const name of new Set([...own.map(({ metadata }) => metadata.name), ...pods.map(slotOf)])) {
    const number = slotNumber(pool.name, name);
    if (number === undefined) continue;

    const deployment = own.find(({ metadata }) => metadata.name === name);
    slots.push({
      number,
      name,
      deployment: deployment && observeDeployment(deployment, pool, name, checks),
      pods: pods
        .filter((pod) => slotOf(pod) === name)
        .sort(byAge)
        .map((pod): ObservedPod => ({ ...observePod(pod, surroundings), answer: undefined })),
    });
  }
  return slots.sort((left, right) => left.number - right.number);
}

function slotOf(pod: WatchedPod): string {
  return pod.metadata.labels?.[labels.slot] ?? '';
}

function byAge(left: WatchedPod, right: WatchedPod): number {
  const [older = '', newer = ''] = [left.metadata.creationTimestamp, right.metadata.creationTimestamp];
  if (older !== newer) return older < newer ? -1 : 1;
  return left.metadata.name < right.metadata.name ? -1 : 1;
}
