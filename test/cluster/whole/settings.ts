import { createHash } from 'node:crypto';
import { z } from 'zod';

const seconds = z.coerce.number().int().min(1).max(3600);

/** The environment variables that shape a cluster; `GATEWAYPOOL_CACHE` (see cache-directory.ts) is the only other one. */
const Environment = z.object({
  /** The cluster's directory: certificates, etcd, logs, node disks. Two clusters on one machine differ in it. */
  GATEWAYPOOL_CLUSTER_STATE: z.string().startsWith('/').default('/var/tmp/gatewaypool-cluster'),
  GATEWAYPOOL_CLUSTER_NODES: z.coerce.number().int().min(1).max(3).default(2),
  GATEWAYPOOL_CLUSTER_PROXY_MODE: z.enum(['nftables', 'iptables']).default('nftables'),
  // How fast the loss of a node is noticed. Kubernetes' defaults: 10, 40, 50, 300.
  GATEWAYPOOL_CLUSTER_NODE_STATUS_SECONDS: seconds.default(2),
  GATEWAYPOOL_CLUSTER_NODE_LEASE_SECONDS: seconds.default(8),
  GATEWAYPOOL_CLUSTER_NODE_GRACE_SECONDS: seconds.default(10),
  GATEWAYPOOL_CLUSTER_UNREACHABLE_SECONDS: seconds.default(5),
});

export interface ClusterSettings {
  readonly stateDirectory: string;
  /** Nodes n1…nN. */
  readonly nodes: number;
  readonly proxyMode: 'nftables' | 'iptables';
  /** A kubelet reports this often. */
  readonly nodeStatusSeconds: number;
  /** Duration of a kubelet's Lease; renewed each quarter. */
  readonly nodeLeaseSeconds: number;
  /** A silent node becomes Unknown after this. */
  readonly nodeGraceSeconds: number;
  /** Pods of a lost node are evicted after this. */
  readonly unreachableSeconds: number;
  /** cgroup of this cluster. Kubelets remove pods that they do not know from theirs, so no two clusters may share one. */
  readonly cgroupParent: string;
}

/** Throws with the variable's name when a value is out of range. */
export function clusterSettings(env: NodeJS.ProcessEnv = process.env): ClusterSettings {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = Environment.safeParse(set);
  if (!parsed.success) {
    const reasons = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new Error(`the environment holds settings that do not work: ${reasons.join('; ')}`);
  }
  const { data } = parsed;
  return {
    stateDirectory: data.GATEWAYPOOL_CLUSTER_STATE,
    nodes: data.GATEWAYPOOL_CLUSTER_NODES,
    proxyMode: data.GATEWAYPOOL_CLUSTER_PROXY_MODE,
    nodeStatusSeconds: data.GATEWAYPOOL_CLUSTER_NODE_STATUS_SECONDS,
    nodeLeaseSeconds: data.GATEWAYPOOL_CLUSTER_NODE_LEASE_SECONDS,
    nodeGraceSeconds: data.GATEWAYPOOL_CLUSTER_NODE_GRACE_SECONDS,
    unreachableSeconds: data.GATEWAYPOOL_CLUSTER_UNREACHABLE_SECONDS,
    cgroupParent: `gatewaypool-${createHash('sha256').update(data.GATEWAYPOOL_CLUSTER_STATE).digest('hex').slice(0, 12)}`,
  };
}
