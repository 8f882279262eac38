import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import {
  apiServerArguments,
  auditPolicy,
  controllerManagerArguments,
  etcdArguments,
  schedulerArguments,
} from '../components/control-plane.ts';
import type { CertificateAuthority } from '../certificates/authority.ts';
import { createCredentials } from '../components/credentials.ts';
import type { Programs } from '../programs/programs.ts';
import {
  apiServerLoopbackUrl,
  apiServerPort,
  controlPlaneAddress,
  kubernetesServiceAddress,
  serviceCidr,
} from './addresses.ts';
import { startComponent } from './components.ts';
import { corefile } from './node-configuration.ts';
import type { ClusterSettings } from './settings.ts';
import type { StateLayout } from './state.ts';

const etcdPort = 2379;
const controllerManagerPort = 10_257;

/**
 * etcd, API server, controllers, scheduler and DNS in the cluster's namespace; they wait for each other by themselves. Returns the
 * cluster's certificate authority.
 */
export async function startControlPlaneComponents(
  state: StateLayout,
  settings: ClusterSettings,
  programs: Programs,
): Promise<CertificateAuthority> {
  const start = async (name: string, args: readonly string[]) =>
    startComponent(state, { name, namespace: 'cluster', command: [programs.path(name), ...args] });

  await start(
    'etcd',
    etcdArguments({ dataDirectory: join(state.directory, 'etcd'), clientPort: etcdPort, peerPort: etcdPort + 1 }),
  );
  const credentials = await createCredentials(state.directory, {
    server: apiServerLoopbackUrl,
    addresses: ['127.0.0.1', controlPlaneAddress, kubernetesServiceAddress],
  });
  const { authority } = credentials;
  const policyFile = join(state.directory, 'audit-policy.yaml');
  const corednsFile = join(state.directory, 'Corefile');
  await mkdir(state.log, { recursive: true });
  await writeFile(policyFile, stringify(auditPolicy));
  await writeFile(corednsFile, corefile(credentials.adminKubeconfig));

  await start(
    'kube-apiserver',
    apiServerArguments({
      ...credentials,
      caFile: authority.caFile,
      etcdPort,
      port: apiServerPort,
      bindAddress: '0.0.0.0',
      advertiseAddress: controlPlaneAddress,
      serviceCidr,
      unreachableSeconds: settings.unreachableSeconds,
      audit: { policyFile, logFile: join(state.log, 'audit.jsonl') },
    }),
  );
  await start(
    'kube-controller-manager',
    controllerManagerArguments({
      kubeconfigFile: credentials.controllerManagerKubeconfig,
      caFile: authority.caFile,
      caKeyFile: authority.caKeyFile,
      serviceAccountKeyFile: credentials.serviceAccountKey.privateFile,
      port: controllerManagerPort,
      nodeMonitorGraceSeconds: settings.nodeGraceSeconds,
    }),
  );
  await start('kube-scheduler', schedulerArguments({ kubeconfigFile: credentials.schedulerKubeconfig }));
  await start('coredns', ['-conf', corednsFile]);
  return authority;
}
