import { gatewayPoolType, group, requests } from './identity.ts';

/**
 * kubectl prints both names in front of each message: `Warning: Validation failed for ValidatingAdmissionPolicy 'NAME' with binding
 * 'NAME': …`. The sentence cannot be changed, so the names say that nothing was refused.
 */
const admissionPolicyName = 'gatewaypool-running-instances';
const admissionBindingName = 'gatewaypool-accepted-with-a-warning';

/** Instances in the cluster when the change arrived, as the RUNNING column shows them. */
const running = 'oldObject.?status.?replicas.orValue(0)';

/** Note: external instances of the NEW object: one apply may lower the cap and remove the instances that it no longer has room for. */
const external = 'object.spec.?externalInstances.orValue([]).size()';

/** What could be stopped, for an example in the message. A Scale object has no slots. */
const stoppable =
  "oldObject.?status.?slots.orValue([]).filter(slot, !(slot.state in ['Vacant', 'Stopping', 'Lost'])).map(slot, slot.name)";

const example = [
  "'kubectl annotate deployment -n '",
  'object.metadata.namespace',
  "' '",
  'variables.stoppable[variables.stoppable.size() - 1]',
  `' ${requests.stop}=true'`,
].join(' + ');

/** CEL for `1 seat`, `3 seats`. */
const counted = (count: string, noun: string): string =>
  `string(${count}) + (${count} == 1 ? ' ${noun}' : ' ${noun}s')`;

/** CEL for what is left to do for a person. */
const stopByHand = (count: string): string =>
  [
    `'stop ' + ${counted(count, 'instance')}`,
    `' by hand when ' + (${count} == 1 ? 'its' : 'their') + ' sessions allow'`,
    `(variables.stoppable.size() == 0 ? '' : (${count} == 1 ? ' (' : ' (one of them: ') + ${example} + ')')`,
  ].join(' + ');

/** CEL for what the operator does about it. */
const drained = (count: string): string =>
  [
    counted(count, 'instance'),
    `' will be drained and stopped when ' + (${count} == 1 ? 'its' : 'their') + ' sessions are over'`,
    `(variables.replicas == 0 ? '' : ', one without sessions first')`,
  ].join(' + ');

/** Warns, and never refuses: lowering the maximum or the replicas stops nobody who is working (guarantees G2 and G4). */
export function admissionPolicy() {
  const { version, plural } = gatewayPoolType;
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: admissionPolicyName },
    spec: {
      // Note: a warning is never worth a refused request, not even when an expression fails.
      failurePolicy: 'Ignore',
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: [group],
            apiVersions: [version],
            operations: ['UPDATE'],
            resources: [plural, `${plural}/scale`],
          },
        ],
      },
      matchConditions: [{ name: 'spec-changes', expression: 'object.spec != oldObject.spec' }],
      variables: [
        { name: 'running', expression: running },
        { name: 'external', expression: external },
        { name: 'taken', expression: 'variables.running + variables.external' },
        { name: 'cap', expression: 'object.spec.?maxInstances.orValue(variables.taken)' },
        { name: 'surplus', expression: 'variables.taken - variables.cap' },
        { name: 'stoppable', expression: stoppable },
        { name: 'replicas', expression: 'object.spec.?replicas.orValue(variables.running)' },
        { name: 'fewer', expression: 'variables.running - variables.replicas' },
      ],
      validations: [
        {
          expression: 'variables.surplus <= 0',
          messageExpression: [
            "object.metadata.name + ': maxInstances ' + string(variables.cap) + ' is below the '",
            counted('variables.taken', 'seat'),
            "' taken; nothing is stopped: '",
            stopByHand('variables.surplus'),
          ].join(' + '),
        },
        {
          expression: 'variables.fewer <= 0 || object.spec.?replicas == oldObject.spec.?replicas',
          messageExpression: [
            "object.metadata.name + ': replicas ' + string(variables.replicas) + ' is below the '",
            counted('variables.running', 'instance'),
            "' in the cluster: '",
            drained('variables.fewer'),
          ].join(' + '),
        },
      ],
    },
  };
}

export function admissionPolicyBinding() {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: admissionBindingName },
    spec: { policyName: admissionPolicyName, validationActions: ['Warn'] },
  };
}
