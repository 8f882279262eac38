import { gatewayPoolType, group } from './identity.ts';

/**
 * kubectl prints both names in front of each message: `Warning: Validation failed for ValidatingAdmissionPolicy 'NAME' with binding
 * 'NAME': …`. The sentence cannot be changed, so the names say that nothing was refused.
 */
export const admissionPolicyName = 'gatewaypool-running-instances';
export const admissionBindingName = 'gatewaypool-accepted-with-a-warning';

/** Instances in the cluster when the change arrived, as the RUNNING column shows them. */
const running = 'oldObject.?status.?replicas.orValue(0)';

/** Note: external instances of the NEW object: one apply may lower the cap and remove the instances that it no longer has room for. */
const external = 'object.spec.?externalInstances.orValue([]).size()';

/** The pod that started last is the likeliest to be spared; a Scale object has no slots. */
const lastSlot = "oldObject.?status.?slots.orValue([]).filter(slot, slot.state != 'Vacant').map(slot, slot.name)";

const instances = (count: string): string => `string(${count}) + (${count} == 1 ? ' instance' : ' instances')`;
const seats = (count: string): string => `string(${count}) + (${count} == 1 ? ' seat' : ' seats')`;

/** Warns, and never refuses: lowering the maximum is always allowed and stops nothing (guarantee G2); lowering replicas stops instances. */
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
        { name: 'slots', expression: lastSlot },
        { name: 'replicas', expression: 'object.spec.?replicas.orValue(variables.running)' },
        { name: 'fewer', expression: 'variables.running - variables.replicas' },
      ],
      validations: [
        {
          expression: 'variables.surplus <= 0',
          messageExpression: [
            "object.metadata.name + ': maxInstances ' + string(variables.cap) + ' is below the '",
            seats('variables.taken'),
            "' taken; nothing is stopped: stop '",
            instances('variables.surplus'),
            "' by hand when ' + (variables.surplus == 1 ? 'its' : 'their') + ' sessions allow'",
            "(variables.slots.size() == 0 ? '' : ' (kubectl delete deployment ' + variables.slots[variables.slots.size() - 1] + ')')",
          ].join(' + '),
        },
        {
          expression: 'variables.fewer <= 0 || object.spec.?replicas == oldObject.spec.?replicas',
          messageExpression: [
            "object.metadata.name + ': replicas ' + string(variables.replicas) + ' is below the '",
            instances('variables.running'),
            "' in the cluster: '",
            instances('variables.fewer'),
            "' will be stopped, each only when it is known to have no sessions'",
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
