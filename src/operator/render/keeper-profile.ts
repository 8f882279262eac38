import type { V1Container, V1Probe, V1Volume } from '@kubernetes/client-node';

/** The gateway's own health check, which the image ships. It asks the health server that `env` below turns on. */
const healthCheck = { exec: { command: ['/usr/local/bin/keeper-gateway', 'health-check'] } };

const livenessProbe: V1Probe = {
  ...healthCheck,
  periodSeconds: 30,
  timeoutSeconds: 10,
  failureThreshold: 3,
  terminationGracePeriodSeconds: 30,
};

/**
 * What `keeper/gateway` needs to run, from the vendor's own chart and compose file. The licence (`ACCEPT_EULA`) is not among it:
 * only a user can accept it, in `spec.template`.
 * - The health server is off by default; it listens on loopback, where the check runs.
 * - Remote browsers need a large `/dev/shm`, user namespaces (SYS_ADMIN, SYS_CHROOT) and system calls that the default profiles of
 *   seccomp and AppArmor refuse. The image starts as root and drops to its own user (SETUID, SETGID).
 */
export const keeperContainer: Partial<V1Container> = {
  env: [
    { name: 'KEEPER_GATEWAY_HEALTH_CHECK_ENABLED', value: 'true' },
    { name: 'KEEPER_GATEWAY_HEALTH_CHECK_HOST', value: '127.0.0.1' },
    { name: 'KEEPER_GATEWAY_HEALTH_CHECK_PORT', value: '8099' },
  ],
  startupProbe: {
    ...healthCheck,
    periodSeconds: 5,
    timeoutSeconds: 5,
    failureThreshold: 24,
    terminationGracePeriodSeconds: 30,
  },
  livenessProbe,
  readinessProbe: { ...healthCheck, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 },
  resources: { requests: { cpu: '250m', memory: '1Gi' }, limits: { cpu: '4', memory: '4Gi' } },
  securityContext: {
    capabilities: { add: ['SYS_ADMIN', 'SYS_CHROOT', 'SETUID', 'SETGID'] },
    seccompProfile: { type: 'Unconfined' },
    appArmorProfile: { type: 'Unconfined' },
  },
  volumeMounts: [
    { name: 'shm', mountPath: '/dev/shm' },
    { name: 'guacamole', mountPath: '/etc/guacamole' },
  ],
};

export const keeperVolumes: readonly V1Volume[] = [
  { name: 'shm', emptyDir: { medium: 'Memory', sizeLimit: '2Gi' } },
  { name: 'guacamole', emptyDir: {} },
];
