import { stringify } from 'yaml';

/** GatewayPools of the two real gateways that the tests and the demo run, as a user would write them. */

/** Parts of the spec that a test chooses; whatever is absent has its default. */
export interface PoolSettings {
  readonly replicas?: number;
  readonly rollout?: {
    readonly policy?: 'OnIdle' | 'Rolling' | 'OnDelete';
    readonly minReadySeconds?: number;
    readonly progressDeadlineSeconds?: number;
    readonly maxWaitSeconds?: number;
  };
  readonly drain?: { readonly deadlineSeconds?: number };
}

/** SSH bastions: a TCP listener, one instance per session. */
export function bastionManifest(pool: {
  name: string;
  image: string;
  maxInstances: number;
  /** One client address stays with one sidecar, so its sessions land in the exact order of rotation. */
  clientAffinity?: boolean;
  settings?: PoolSettings;
}): string {
  return `apiVersion: pam.gatewaypool.io/v1alpha1
kind: GatewayPool
metadata:
  name: ${pool.name}
spec:
  maxInstances: ${pool.maxInstances}
  image: ${pool.image}
  config:
    secretName: ${pool.name}-config
    as: {file: /etc/gateway/config}
  listeners:
  - {name: ssh, port: 22, targetPort: 2222, protocol: TCP}
${pool.clientAffinity === true ? '  service: {sessionAffinity: ClientIP}\n' : ''}${settingsYaml(pool.settings)}`;
}

/** Web gateways: an HTTP listener, one instance per request, and sessions over WebSocket. */
export function webManifest(pool: {
  name: string;
  image: string;
  maxInstances: number;
  settings?: PoolSettings;
}): string {
  return `apiVersion: pam.gatewaypool.io/v1alpha1
kind: GatewayPool
metadata:
  name: ${pool.name}
spec:
  maxInstances: ${pool.maxInstances}
  image: ${pool.image}
  config:
    secretName: ${pool.name}-config
    as: {env: GATEWAY_CONFIG}
  listeners:
  - {name: http, port: 80, targetPort: 8080, protocol: HTTP}
  balancer:
    healthCheck:
      http: {path: /healthz}
  template:
    spec:
      shareProcessNamespace: true   # so that the gateway process can be killed from inside its container
${settingsYaml(pool.settings)}`;
}

function settingsYaml(settings: PoolSettings = {}): string {
  return Object.entries(settings)
    .map(
      ([field, value]) => `  ${field}: ${stringify(value, { collectionStyle: 'flow', flowCollectionPadding: false })}`,
    )
    .join('');
}

/** The Secret that the instances of a pool share. */
export function configSecretManifest(name: string, config: string): string {
  return `apiVersion: v1
kind: Secret
metadata:
  name: ${name}
  labels: {pam.gatewaypool.io/config: "true"}
stringData:
  config: |
${config
  .trimEnd()
  .split('\n')
  .map((line) => `    ${line}`)
  .join('\n')}
`;
}
