import type { V1NetworkPolicyPeer } from '@kubernetes/client-node';
import { fieldManager } from '../../api/identity.ts';
import type { KubeObject } from '../../kube/object.ts';
import { childNames } from '../names.ts';
import type { RenderedPool } from './pool.ts';
import { childMetadata, poolSelector } from './pool.ts';
import type { ListenerPorts } from './ports.ts';
import { adminPort } from '../../balancer/config/schema.ts';

interface IngressRule {
  from?: V1NetworkPolicyPeer[];
  ports: { port: number; protocol: 'TCP' }[];
}

export interface NetworkPolicy extends KubeObject {
  spec: {
    podSelector: { matchLabels: Record<string, string> };
    policyTypes: ['Ingress'];
    ingress: IngressRule[];
  };
}

/**
 * Who may reach the pool's pods. Clients: the sidecars' listeners. Sidecars of the pool: the gateways, so that nobody passes by the
 * balancer. The operator, the sidecars and a scraper (pods labelled app.kubernetes.io/name=prometheus): the admin port. What the
 * gateways reach is not restricted. Other ports of a template need a NetworkPolicy of the user's: policies add up.
 */
export function networkPolicy(pool: RenderedPool, ports: ListenerPorts, operatorNamespace: string): NetworkPolicy {
  const peers: V1NetworkPolicyPeer = { podSelector: { matchLabels: poolSelector(pool) } };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: childMetadata(pool, childNames(pool.name).networkPolicy),
    spec: {
      podSelector: { matchLabels: poolSelector(pool) },
      policyTypes: ['Ingress'],
      ingress: [
        ...listenerRules(pool, ports, peers),
        { from: adminPeers(peers, operatorNamespace), ports: tcp([adminPort]) },
      ],
    },
  };
}

function listenerRules(pool: RenderedPool, ports: ListenerPorts, peers: V1NetworkPolicyPeer): IngressRule[] {
  const { listeners } = pool.spec;
  if (listeners.length === 0) {
    return [];
  }

  const entries = listeners.map((listener) => ports[listener.name] ?? listener.targetPort);
  const gateways = [...new Set(listeners.map((listener) => listener.targetPort))];
  return [{ ports: tcp(entries) }, { from: [peers], ports: tcp(gateways) }];
}

function adminPeers(peers: V1NetworkPolicyPeer, operatorNamespace: string): V1NetworkPolicyPeer[] {
  return [
    peers,
    {
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': operatorNamespace } },
      podSelector: { matchLabels: { 'app.kubernetes.io/name': fieldManager } },
    },
    { namespaceSelector: {}, podSelector: { matchLabels: { 'app.kubernetes.io/name': 'prometheus' } } },
  ];
}

function tcp(ports: readonly number[]): IngressRule['ports'] {
  return ports.map((port) => ({ port, protocol: 'TCP' }));
}
