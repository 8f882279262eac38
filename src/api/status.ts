import { z } from 'zod';

/** https://github.com/kubernetes/community/blob/master/contributors/devel/sig-architecture/api-conventions.md#typical-status-properties */
export const Condition = z.object({
  type: z.string().max(316).describe('Name of the condition.'),
  status: z.enum(['True', 'False', 'Unknown']).describe('Whether the condition holds.'),
  reason: z.string().min(1).max(1024).describe('Why, in one word; safe to match on.'),
  message: z.string().max(32_768).describe('Why, and what happens next, in a sentence for a person.'),
  observedGeneration: z
    .int()
    .min(0)
    .optional()
    .describe('The metadata.generation that the condition was computed from.'),
  lastTransitionTime: z.iso.datetime().describe('When `status` last changed.'),
});
export type Condition = z.infer<typeof Condition>;

/** See the description of `state` in {@link SlotStatus}. */
export const slotStates = ['Starting', 'Held', 'Ready', 'Draining', 'NotReady', 'Stopping', 'Lost', 'Vacant'] as const;
export type SlotState = (typeof slotStates)[number];

export const SlotStatus = z.object({
  name: z.string().max(63).describe('Name of the slot: of its Deployment, and the host name of its pod.'),
  state: z
    .enum(slotStates)
    .describe(
      'Starting: a pod exists, its gateway is not ready yet. Held: the pod waits for its seat, no gateway runs in it. Ready: serves. Draining: gets no new sessions, and ends when the last one is over. NotReady: has been ready, and is not. Stopping: its pod is terminating. Lost: its node does not answer. Vacant: no pod.',
    ),
  reason: z.string().max(1024).describe('Why it is in this state, in a sentence for a person.'),
  pod: z.string().max(253).optional().describe('Name of its pod.'),
  node: z.string().max(253).optional().describe('Node that its pod runs on.'),
  revision: z
    .string()
    .max(63)
    .optional()
    .describe('Revision of the image, template and configuration that its pod was made from.'),
  since: z.iso.datetime().optional().describe('When it entered this state.'),
});
export type SlotStatus = z.infer<typeof SlotStatus>;

const count = z.int32().min(0).optional();

/** What the operator saw and did. Only the operator writes it. */
export const GatewayPoolStatus = z.object({
  observedGeneration: z
    .int()
    .min(-1)
    .optional()
    .describe('The metadata.generation that this status was computed from; -1 until the operator has seen the pool.'),
  summary: z.string().max(256).optional().describe('The state of the pool in a few words. Example: `3 of 3 ready`.'),
  maxInstances: count.describe(
    'The cap in force: no gateway is started beyond it. Follows spec.maxInstances once the start gate is written.',
  ),
  externalInstances: count.describe('Seats of the cap in force that external instances take.'),
  desiredInstances: count.describe(
    'Instances that the operator wants in the cluster: spec.replicas, as far as the cap and external instances leave room.',
  ),
  replicas: count.describe('Instances in the cluster, starting and stopping ones included.'),
  occupiedSeats: count.describe('Seats taken under the cap: instances in the cluster and external instances.'),
  readyInstances: count.describe('Instances in the cluster that are ready.'),
  updatedInstances: count.describe('Instances in the cluster that run the current image, template and configuration.'),
  drainingInstances: count.describe(
    'Instances in the cluster that get no new sessions and end when their last one is over.',
  ),
  surplusInstances: count.describe('Seats taken above the cap. The operator stops none of them.'),
  selector: z.string().max(1024).optional().describe('Label selector of the pods of the instances, for autoscalers.'),
  slots: z
    .array(SlotStatus)
    .max(200)
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] })
    .optional()
    .describe('The places of the instances in the cluster.'),
  conditions: z
    .array(Condition)
    .max(16)
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] })
    .optional()
    .describe(
      'Ready, Reconciling, Stalled, Available, RollingOut, CapExceeded, Paused, ConfigValid and TLSValid, each with a reason and a sentence.',
    ),
});
export type GatewayPoolStatus = z.infer<typeof GatewayPoolStatus>;
