/** Names of everything a pool owns. They are part of the contract with users (RBAC, NetworkPolicies, dashboards): never change one. */
export interface ChildNames {
  /** Service that clients dial; only for pools with listeners. */
  readonly clientService: string;
  /** Headless Service: DNS names of the instances, and the EndpointSlices by which sidecars see the pool. */
  readonly instancesService: string;
  /** ConfigMap with the settings of the sidecars. */
  readonly balancer: string;
  /** ConfigMap of the start gate: who may start a gateway. */
  readonly seats: string;
  /** ServiceAccount, Role and RoleBinding of the sidecars. */
  readonly gateway: string;
  readonly disruptionBudget: string;
  readonly networkPolicy: string;
}

export function childNames(pool: string): ChildNames {
  return {
    clientService: pool,
    instancesService: `${pool}-instances`,
    balancer: `${pool}-balancer`,
    seats: `${pool}-seats`,
    gateway: `${pool}-gateway`,
    disruptionBudget: pool,
    networkPolicy: pool,
  };
}

/** The slot's name is its Deployment's name, its pods' hostname and the identity of its instance. */
export function slotName(pool: string, number: number): string {
  return `${pool}-${number}`;
}

/** The immutable copy of a configuration. */
export function configCopyName(pool: string, configHash: string): string {
  return `${pool}-config-${configHash}`;
}

/** Whether a Secret's name is that of such a copy. */
export function isConfigCopyName(name: string): boolean {
  return /-config-[0-9a-f]{10}$/.test(name);
}
