import { z } from 'zod';

/** https://github.com/kubernetes/community/blob/master/contributors/devel/sig-architecture/api-conventions.md#typical-status-properties */
export const Condition = z.object({
  type: z.string().max(316),
  status: z.enum(['True', 'False', 'Unknown']),
  reason: z.string().min(1).max(1024),
  message: z.string().max(32_768),
  observedGeneration: z.int().min(0).optional(),
  lastTransitionTime: z.iso.datetime(),
});
export type Condition = z.infer<typeof Condition>;

export const conditionTypes = [
  'Ready',
  'Reconciling',
  'Stalled',
  'Available',
  'RollingOut',
  'CapExceeded',
  'Paused',
  'ConfigValid',
] as const;
export type ConditionType = (typeof conditionTypes)[number];

/** Starting: a pod exists, its gateway is not Ready yet. Held: waits for its seat. Stopping: terminating. Lost: its node does not answer. */
export const slotStates = ['Starting', 'Held', 'Ready', 'NotReady', 'Stopping', 'Lost', 'Vacant'] as const;
export type SlotState = (typeof slotStates)[number];

export const SlotStatus = z.object({
  name: z.string().max(63),
  state: z.enum(slotStates),
  reason: z.string().max(1024),
  pod: z.string().max(253).optional(),
  node: z.string().max(253).optional(),
  revision: z.string().max(63).optional(),
  since: z.iso.datetime().optional(),
});
export type SlotStatus = z.infer<typeof SlotStatus>;

const count = z.int32().min(0).optional();

export const GatewayPoolStatus = z.object({
  observedGeneration: z.int().min(-1).optional(),
  summary: z.string().max(256).optional(),
  maxInstances: count,
  desiredInstances: count,
  replicas: count,
  occupiedSeats: count,
  readyInstances: count,
  updatedInstances: count,
  surplusInstances: count,
  selector: z.string().max(1024).optional(),
  slots: z.array(SlotStatus).max(200).optional(),
  conditions: z.array(Condition).max(16).optional(),
});
export type GatewayPoolStatus = z.infer<typeof GatewayPoolStatus>;
