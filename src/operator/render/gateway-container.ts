import type { V1Container, V1EnvVar, V1Lifecycle, V1Volume, V1VolumeMount } from '@kubernetes/client-node';
import { basename } from 'node:path/posix';
import { gatewayContainerName, ownVolumePrefix } from '../../api/pod-names.ts';
import { configCopyKey } from './config-secret.ts';
import { keeperContainer, keeperVolumes } from './keeper-profile.ts';
import type { RenderedPool } from './pool.ts';
import { adminPort } from '../../balancer/config/schema.ts';

const configVolume = `${ownVolumePrefix}config`;

/** The container of the user's gateway, before the template is laid over it. Whether it is ready, the sidecar tells: it looks and asks. */
export function gatewayContainer(pool: RenderedPool, configSecretName: string): V1Container {
  const profile = pool.spec.profile === 'Keeper' ? keeperContainer : {};
  const env = [...(profile.env ?? []), ...configEnv(pool, configSecretName)];
  const volumeMounts = [...(profile.volumeMounts ?? []), ...configMounts(pool)];
  const ports = [...new Set(pool.spec.listeners.map((listener) => listener.targetPort))];
  return {
    name: gatewayContainerName,
    image: pool.spec.image,
    ...profile,
    ...(env.length === 0 ? {} : { env }),
    ...(volumeMounts.length === 0 ? {} : { volumeMounts }),
    ...(ports.length === 0 ? {} : { ports: ports.map((port) => ({ containerPort: port, protocol: 'TCP' })) }),
    ...lifecycle(pool),
  };
}

/**
 * The kubelet stops the gateway only when the sidecar has answered here: when its sessions are over, or their time is. It asks from
 * outside of the container, so that the image of the gateway needs neither a shell nor any other program.
 */
function lifecycle(pool: RenderedPool): { lifecycle?: V1Lifecycle } {
  if (pool.spec.drain.hook === 'Template') return {};
  return { lifecycle: { preStop: { httpGet: { path: '/drained', port: adminPort } } } };
}

/** Volumes that the gateway container mounts. */
export function gatewayVolumes(pool: RenderedPool, configSecretName: string): V1Volume[] {
  const { file } = pool.spec.config.as;
  const profile = pool.spec.profile === 'Keeper' ? keeperVolumes : [];
  if (file === undefined) {
    return [...profile];
  }

  return [
    ...profile,
    {
      name: configVolume,
      secret: {
        secretName: configSecretName,
        defaultMode: 0o444,
        items: [{ key: configCopyKey, path: basename(file) }],
      },
    },
  ];
}

function configEnv(pool: RenderedPool, configSecretName: string): V1EnvVar[] {
  const { env } = pool.spec.config.as;
  return env === undefined
    ? []
    : [{ name: env, valueFrom: { secretKeyRef: { name: configSecretName, key: configCopyKey } } }];
}

/** One file, not its folder: the image's own files beside it stay visible. The copy never changes, so a subPath has nothing to miss. */
function configMounts(pool: RenderedPool): V1VolumeMount[] {
  const { file } = pool.spec.config.as;
  return file === undefined ? [] : [{ name: configVolume, mountPath: file, subPath: basename(file), readOnly: true }];
}
