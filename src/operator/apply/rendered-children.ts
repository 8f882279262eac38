import type { KubeObject, ResourceType } from '../../kube/object.ts';
import { childNames } from '../names.ts';
import type { ListenerPorts } from '../render/ports.ts';
import type { RenderedPool } from '../render/pool.ts';
import { balancerConfigMap } from '../render/balancer-config-map.ts';
import { clientService } from '../render/client-service.ts';
import { disruptionBudget } from '../render/disruption-budget.ts';
import { gatewayRole, gatewayRoleBinding } from '../render/gateway-role.ts';
import { instancesService } from '../render/instances-service.ts';
import { networkPolicy } from '../render/network-policy.ts';
import { serviceAccount } from '../render/service-account.ts';
import {
  configMapType,
  disruptionBudgetType,
  networkPolicyType,
  roleBindingType,
  roleType,
  serviceAccountType,
  serviceType,
} from '../resources.ts';

/** A child as it should be; `object` undefined: there should be none of this name. */
export interface RenderedChild {
  readonly type: ResourceType;
  readonly name: string;
  readonly object: KubeObject | undefined;
}

export interface ChildInputs {
  readonly pool: RenderedPool;
  readonly ports: ListenerPorts;
  readonly desiredInstances: number;
  readonly operatorNamespace: string;
}

/** All children but the gate, the slots and the copies of the configuration. */
export function renderedChildren({ pool, ports, desiredInstances, operatorNamespace }: ChildInputs): RenderedChild[] {
  const names = childNames(pool.name);
  const listens = pool.spec.listeners.length > 0;
  const always = (type: ResourceType, object: KubeObject): RenderedChild => ({
    type,
    name: object.metadata.name,
    object,
  });
  return [
    always(serviceAccountType, serviceAccount(pool)),
    always(roleType, gatewayRole(pool)),
    always(roleBindingType, gatewayRoleBinding(pool)),
    always(serviceType, instancesService(pool)),
    always(configMapType, balancerConfigMap(pool, ports)),
    always(networkPolicyType, networkPolicy(pool, ports, operatorNamespace)),
    {
      type: serviceType,
      name: names.clientService,
      object: listens ? clientService(pool, ports) : undefined,
    },
    {
      type: disruptionBudgetType,
      name: names.disruptionBudget,
      object: disruptionBudget(pool, desiredInstances),
    },
  ];
}
