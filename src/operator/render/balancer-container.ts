import type { V1Container, V1EnvVar, V1ResourceRequirements, V1Volume } from '@kubernetes/client-node';
import { balancerContainerName, ownVolumePrefix } from '../../api/pod-names.ts';
import { endingFileName, stateFolder } from '../../balancer/drain/state-folder.ts';
import type { RenderedPool } from './pool.ts';
import { adminPort } from '../../balancer/config/schema.ts';
import { restartSeconds } from './probe-grace.ts';
import { tlsMounts } from './tls-volume.ts';

const stateVolume = `${ownVolumePrefix}state`;
const tokenVolume = `${ownVolumePrefix}token`;

/** The kubelet accepts no "for ever"; this is the largest number of attempts, 68 years of them. */
const forEver = 2_147_483_647;

/**
 * There is one sidecar beside every gateway, so its memory counts: a third less resident memory under load (`make bench-memory`). Small
 * garbage-collected pages, no helper threads of V8, and of its compilers only the last one: the code of the others is memory too, and
 * what carries requests is compiled by the last one within a second. The sidecar collects its garbage itself, at once instead of in steps.
 */
const smallMemory = [
  '--max-semi-space-size=1',
  '--single-threaded',
  '--v8-pool-size=0',
  '--no-maglev',
  '--no-sparkplug',
  '--no-incremental-marking',
];

/**
 * The kubelet runs this at the very beginning of the pod's end, while SIGTERM comes to a sidecar only after the gateway. It makes a file
 * that the sidecar watches for. Plain Node.js: this image may have no shell, and a second balancer would need more memory for it.
 */
const tellEnd = [
  'node',
  ...smallMemory,
  '--eval',
  `require('node:fs').writeFileSync('${stateFolder}/${endingFileName}', '')`,
];

/** Volumes of the sidecar: the marker of a taken seat, and its token, which no other container of the pod mounts. */
export const balancerVolumes: readonly V1Volume[] = [
  { name: stateVolume, emptyDir: { sizeLimit: '16Mi' } },
  {
    name: tokenVolume,
    projected: {
      defaultMode: 0o444,
      sources: [
        { serviceAccountToken: { path: 'token', expirationSeconds: 3607 } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        {
          downwardAPI: {
            items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
          },
        },
      ],
    },
  },
];

/** A sidecar with one thread; what it takes that several threads have a main thread beside them; and each thread more, busy or not. */
const mebibytes = { requested: 64, limit: 256, mainThread: 14, ofThread: 18 };

/** Note: the number of threads is in the pod, not in the settings that sidecars follow at once, as this goes with it. */
function resourcesFor(threads: number): V1ResourceRequirements {
  const more = threads === 1 ? 0 : mebibytes.mainThread + (threads - 1) * mebibytes.ofThread;
  return {
    requests: { cpu: '20m', memory: `${mebibytes.requested + more}Mi` },
    limits: { memory: `${mebibytes.limit + more}Mi` },
  };
}

/**
 * The native sidecar. Its startup probe is what holds the gateway back: the kubelet starts no later container before it succeeds, and
 * it succeeds when the sidecar took the seat of its slot. The probe must therefore never give up.
 * https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/
 */
export function balancerContainer(pool: RenderedPool, slot: string, image: string): V1Container {
  const { threads } = pool.spec.balancer;
  return {
    name: balancerContainerName,
    image,
    restartPolicy: 'Always',
    command: ['node', ...smallMemory, '/app/balancer.cjs'],
    args: ['--kubernetes'],
    env: [
      fromField('POD_NAME', 'metadata.name'),
      fromField('POD_UID', 'metadata.uid'),
      fromField('POD_NAMESPACE', 'metadata.namespace'),
      fromField('POD_IP', 'status.podIP'),
      { name: 'POOL_NAME', value: pool.name },
      { name: 'SLOT_NAME', value: slot },
      { name: 'DRAIN_DEADLINE_SECONDS', value: String(pool.spec.drain.deadlineSeconds) },
      ...(threads === 1 ? [] : [{ name: 'BALANCER_THREADS', value: String(threads) }]),
    ],
    ports: [{ name: 'admin', containerPort: adminPort, protocol: 'TCP' }],
    lifecycle: { preStop: { exec: { command: tellEnd } } },
    // It waits for good news for most of a second.
    startupProbe: {
      ...probe('/started'),
      periodSeconds: 1,
      timeoutSeconds: 3,
      failureThreshold: forEver,
      terminationGracePeriodSeconds: restartSeconds,
    },
    // The default time-out of 1 s would take a pod out of the Service because its node is busy.
    readinessProbe: { ...probe('/ready'), periodSeconds: 1, timeoutSeconds: 5, failureThreshold: 2 },
    livenessProbe: {
      ...probe('/live'),
      // A restart cuts every session that entered here: only a process that is stuck for minutes earns it, never a busy node.
      periodSeconds: 30,
      timeoutSeconds: 20,
      failureThreshold: 6,
      terminationGracePeriodSeconds: restartSeconds,
    },
    resources: resourcesFor(threads),
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 65_532,
      runAsGroup: 65_532,
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    },
    volumeMounts: [
      { name: stateVolume, mountPath: stateFolder },
      { name: tokenVolume, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', readOnly: true },
      ...tlsMounts(pool),
    ],
  };
}

function probe(path: string): { httpGet: { path: string; port: number }; timeoutSeconds: number } {
  return { httpGet: { path, port: adminPort }, timeoutSeconds: 1 };
}

function fromField(name: string, fieldPath: string): V1EnvVar {
  return { name, valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath } } };
}
