import type { PodChange } from './pod-watch.ts';

/** Where the time of one Deployment's replacement went, in milliseconds; NaN for a step that was not seen. */
export interface SlotPhases {
  readonly deployment: string;
  /** From the step before it (the edit, or the previous one's Ready) until its old pod was told to end. */
  readonly decided: number;
  /** Until the old pod was gone. */
  readonly ended: number;
  /** Until the new pod was there. */
  readonly created: number;
  /** Until its gateway ran. */
  readonly started: number;
  /** Until it was Ready. */
  readonly ready: number;
}

/** The phases of each Deployment, in the order in which they were replaced. */
export function phasesOf(
  changes: readonly PodChange[],
  deployments: readonly string[],
  start: number,
  end: number,
): readonly SlotPhases[] {
  const during = changes.filter(({ at }) => at >= start && at <= end);
  const replaced = deployments
    .map((deployment) => ({ deployment, moments: momentsOf(during.filter((change) => isPodOf(change, deployment))) }))
    .sort((a, b) => a.moments.told - b.moments.told);

  let before = start;
  return replaced.map(({ deployment, moments: { told, gone, created, started, ready } }) => {
    const phases = {
      deployment,
      decided: told - before,
      ended: gone - told,
      created: created - gone,
      started: started - created,
      ready: ready - started,
    };
    before = ready;
    return phases;
  });
}

/** `idle-1: decided 5.3 s, ended 3.1 s, created 0.1 s, started 1.2 s, Ready 0.9 s`. */
export function describeSlot({ deployment, decided, ended, created, started, ready }: SlotPhases): string {
  const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)} s`;
  return `${deployment}: decided ${seconds(decided)}, ended ${seconds(ended)}, created ${seconds(created)}, started ${seconds(started)}, Ready ${seconds(ready)}`;
}

interface Moments {
  readonly told: number;
  readonly gone: number;
  readonly created: number;
  readonly started: number;
  readonly ready: number;
}

function momentsOf(changes: readonly PodChange[]): Moments {
  // A watch begins with the pods that exist.
  const born = changes.find(({ type, ready }) => type === 'ADDED' && !ready);
  const first = (holds: (change: PodChange) => boolean) => changes.find(holds)?.at ?? Number.NaN;
  const isNew = ({ pod }: PodChange) => pod === born?.pod;
  return {
    told: first((change) => !isNew(change) && change.terminating),
    gone: first((change) => !isNew(change) && change.type === 'DELETED'),
    created: born?.at ?? Number.NaN,
    started: first((change) => isNew(change) && change.gatewayRuns),
    ready: first((change) => isNew(change) && change.ready),
  };
}

/** Pods of a Deployment are called `<deployment>-<ReplicaSet>-<random>`. */
function isPodOf({ pod }: PodChange, deployment: string): boolean {
  return pod.startsWith(`${deployment}-`) && pod.slice(deployment.length + 1).split('-').length === 2;
}
