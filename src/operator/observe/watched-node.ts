import type { KubeObject } from '../../kube/object.ts';

interface Taint {
  key: string;
  effect: string;
}

/** A node in the cache: whether Kubernetes says that it does not answer, or takes no new pods, and no more. */
export interface WatchedNode extends KubeObject {
  spec?: { taints?: Taint[]; unschedulable?: boolean };
}

const unreachable = 'node.kubernetes.io/unreachable';

/** Drops all but what says that a node is lost or cordoned: the rest changes all the time and is of no use here. */
export function trimNode(node: WatchedNode): WatchedNode {
  const { name, uid, resourceVersion } = node.metadata;
  const taints = (node.spec?.taints ?? []).filter(({ key }) => key === unreachable).slice(0, 1);
  return {
    apiVersion: node.apiVersion,
    kind: node.kind,
    metadata: {
      name,
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
    spec: {
      taints: taints.map(({ key, effect }) => ({ key, effect })),
      ...(isCordoned(node) ? { unschedulable: true } : {}),
    },
  };
}

/** True when Kubernetes taints the node as unreachable: https://kubernetes.io/docs/reference/labels-annotations-taints/#node-kubernetes-io-unreachable */
export function isNodeLost(node: WatchedNode | undefined): boolean {
  return node?.spec?.taints?.some(({ key }) => key === unreachable) === true;
}

/** True when somebody keeps new pods off the node, as `kubectl cordon` and `kubectl drain` do. */
export function isCordoned(node: WatchedNode | undefined): boolean {
  return node?.spec?.unschedulable === true;
}
