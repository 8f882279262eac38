import { stringify } from 'yaml';
import type { KubeObject } from '../../src/kube/object.ts';

/** The size that the figures are about. */
export const poolCount = 20;
export const instancesPerPool = 3;

/** `pool-00` … */
export const poolNames = Array.from({ length: poolCount }, (_, index) => `pool-${String(index).padStart(2, '0')}`);

/** The pool that a request is about, from its URI or its body; undefined for requests about no single pool. */
export function poolIn(text: string): string | undefined {
  return /\bpool-\d\d(?!\d)/.exec(text)?.[0];
}

/** A pool as users write them: SSH over TCP, and a web console over HTTP with health checks. */
export function poolObject(namespace: string, name: string): KubeObject & { spec: object } {
  return {
    apiVersion: 'pam.gatewaypool.io/v1alpha1',
    kind: 'GatewayPool',
    metadata: { name, namespace },
    spec: {
      maxInstances: instancesPerPool,
      image: 'gatewaypool.test/gateway:1.0',
      config: { secretName: configName(name), as: { env: 'GATEWAY_CONFIG' } },
      listeners: [
        { name: 'ssh', port: 22, targetPort: 2222, protocol: 'TCP' },
        { name: 'web', port: 80, targetPort: 8080, protocol: 'HTTP' },
      ],
      balancer: { healthCheck: { http: { path: '/healthz' } } },
    },
  };
}

/** A namespace, and in it the labelled configuration of every pool. */
export function namespaceManifest(namespace: string): string {
  const secrets = poolNames.map((name) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: configName(name), namespace, labels: { 'pam.gatewaypool.io/config': 'true' } },
    stringData: { config: `gateway = ${name}\n${'shared configuration of this pool\n'.repeat(60)}` },
  }));
  return manifests([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, ...secrets]);
}

export function poolsManifest(namespace: string): string {
  return manifests(poolNames.map((name) => poolObject(namespace, name)));
}

function configName(pool: string): string {
  return `${pool}-config`;
}

function manifests(objects: readonly object[]): string {
  return objects.map((object) => stringify(object)).join('---\n');
}
