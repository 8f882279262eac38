import { z } from 'zod';
import type { Rule } from './rule.ts';
import { withRules } from './rule.ts';

const ownedByOperator = z.object({
  hostNetwork: z.boolean().optional().describe('Refused: a gateway has its own network.'),
  hostPID: z.boolean().optional().describe('Refused: a gateway does not see the processes of its node.'),
  hostIPC: z.boolean().optional().describe('Refused: a gateway does not share memory with its node.'),
  automountServiceAccountToken: z.boolean().optional().describe('Refused: only the sidecar gets the token.'),
  serviceAccountName: z.string().max(253).optional().describe('Refused: the operator makes the ServiceAccount.'),
  serviceAccount: z.string().max(253).optional().describe('Refused: the operator makes the ServiceAccount.'),
  hostname: z.string().max(63).optional().describe('Refused: the host name is the name of the slot.'),
  subdomain: z.string().max(63).optional().describe('Refused: the operator sets it.'),
  restartPolicy: z.string().max(63).optional().describe('Refused: a gateway is always restarted.'),
  terminationGracePeriodSeconds: z.int().optional().describe('Refused: set spec.drain.deadlineSeconds.'),
});
type OwnedByOperator = z.infer<typeof ownedByOperator>;

/** The rules on a pod's own fields. Those on containers are in template-rules.ts: the schema leaves containers untyped. */
export const podRules: readonly Rule<OwnedByOperator>[] = [
  notTrue('hostNetwork', 'a gateway has its own network, in which its sidecar decides who gets in; remove the field'),
  notTrue('hostPID', 'a gateway must not see the processes of its node; remove the field'),
  notTrue('hostIPC', 'a gateway must not share memory with its node; remove the field'),
  notTrue(
    'automountServiceAccountToken',
    'it would hand the token of the sidecar to the gateway; remove the field, and mount a projected token volume of your own if the gateway needs one',
  ),
  notSet(
    'serviceAccountName',
    'the sidecar needs the ServiceAccount that the operator makes for the pool; remove the field',
  ),
  notSet(
    'serviceAccount',
    'the sidecar needs the ServiceAccount that the operator makes for the pool; remove the field',
  ),
  notSet('hostname', 'the host name of a gateway is the name of its slot; remove the field'),
  notSet('subdomain', 'it ties the instances of a pool together, so the operator sets it; remove the field'),
  {
    cel: "!has(self.restartPolicy) || self.restartPolicy == 'Always'",
    message: 'a gateway is always restarted; remove the field',
    at: '.restartPolicy',
    reason: 'FieldValueForbidden',
    holds: (pod) => pod.restartPolicy === undefined || pod.restartPolicy === 'Always',
  },
  notSet(
    'terminationGracePeriodSeconds',
    'it follows from the time that sessions get to end; remove the field and set spec.drain.deadlineSeconds',
  ),
];

/** An overlay on the pod template. The pod fields that the operator owns are typed, so that CEL can refuse them; all others pass through. */
export const PodTemplate = z.object({
  metadata: z
    .object({
      labels: z
        .record(z.string(), z.string().max(63))
        .meta({ maxProperties: 64 })
        .optional()
        .describe('Labels to add to the pods.'),
      annotations: z
        .record(z.string(), z.string().max(65_536))
        .meta({ maxProperties: 64 })
        .optional()
        .describe('Annotations to add to the pods.'),
    })
    .optional()
    .describe('Labels and annotations to add to the pods.'),
  spec: withRules(z.looseObject(ownedByOperator.shape), ...podRules)
    .meta({ 'x-kubernetes-preserve-unknown-fields': true })
    .optional()
    .describe(
      'Fields of a pod (`kubectl explain pod.spec`) to add or replace. The container of the gateway is called `gateway`. The fields listed here are set by the operator and refused.',
    ),
});
export type PodTemplate = z.infer<typeof PodTemplate>;

type BooleanField = 'hostNetwork' | 'hostPID' | 'hostIPC' | 'automountServiceAccountToken';

function notTrue(field: BooleanField, why: string): Rule<OwnedByOperator> {
  return {
    cel: `!has(self.${field}) || !self.${field}`,
    message: why,
    at: `.${field}`,
    reason: 'FieldValueForbidden',
    holds: (pod) => pod[field] !== true,
  };
}

function notSet(field: Exclude<keyof OwnedByOperator, BooleanField>, why: string): Rule<OwnedByOperator> {
  return {
    cel: `!has(self.${field})`,
    message: why,
    at: `.${field}`,
    reason: 'FieldValueForbidden',
    holds: (pod) => pod[field] === undefined,
  };
}
