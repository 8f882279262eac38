import type { KubeObject } from '../../kube/object.ts';
import type { PodTemplate, SlotInputs } from './slot-inputs.ts';
import { podTemplate } from './pod-template.ts';
import type { RenderedPool } from './pool.ts';
import { childMetadata, slotSelector } from './pool.ts';

/** What a slot's Deployment promises besides its pods: may be put back at any time, because no pod restarts by it. */
export interface SlotSettings {
  replicas: 1;
  revisionHistoryLimit: number;
  progressDeadlineSeconds: number;
  minReadySeconds: number;
  strategy: { type: 'Recreate' };
}

export interface SlotDeployment extends KubeObject {
  spec: SlotSettings & { selector: { matchLabels: Record<string, string> }; template: PodTemplate };
}

/**
 * One instance at most, by construction: one replica, and `Recreate` ends the old pod before a changed template starts a new one.
 * A pod may wait for its seat as long as sessions last, so a progress deadline would call a healthy slot failed. Ten older templates
 * are kept: a slot whose revision fails goes back to the last good one, whatever was edited by hand in between.
 */
export function slotSettings({ spec }: RenderedPool): SlotSettings {
  return {
    replicas: 1,
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 2_147_483_647,
    minReadySeconds: spec.rollout.minReadySeconds,
    strategy: { type: 'Recreate' },
  };
}

/** The Deployment of one slot. Its pod template is written when it is created and when the slot is rolled: each write restarts the pod. */
export function slotDeployment(pool: RenderedPool, slot: string, inputs: SlotInputs): SlotDeployment {
  return slotDeploymentOf(pool, slot, podTemplate(pool, slot, inputs));
}

/** The same with a pod template that was made before. */
export function slotDeploymentOf(pool: RenderedPool, slot: string, template: PodTemplate): SlotDeployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: childMetadata(pool, slot, slot),
    spec: {
      ...slotSettings(pool),
      selector: { matchLabels: slotSelector(pool, slot) },
      template,
    },
  };
}
