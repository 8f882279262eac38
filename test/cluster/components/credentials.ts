import { join } from 'node:path';
import {
  type CertificateAuthority,
  type CertificateFiles,
  createAuthority,
  createServiceAccountKey,
} from '../certificates/authority.ts';
import { writeKubeconfig } from '../certificates/kubeconfig.ts';

/** Certificates, keys and kubeconfigs of a control plane. */
export interface ControlPlaneCredentials {
  readonly authority: CertificateAuthority;
  readonly serving: CertificateFiles;
  readonly kubeletClient: CertificateFiles;
  readonly frontProxy: CertificateFiles;
  readonly serviceAccountKey: { readonly publicFile: string; readonly privateFile: string };
  readonly adminKubeconfig: string;
  readonly controllerManagerKubeconfig: string;
  readonly schedulerKubeconfig: string;
}

const apiServerNames = [
  'localhost',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
];

/** Names by which clients may reach the API server, as subject alternative names. */
export function apiServerAlternativeNames(addresses: readonly string[]): string[] {
  return [...apiServerNames.map((name) => `DNS:${name}`), ...addresses.map((address) => `IP:${address}`)];
}

export async function createCredentials(
  directory: string,
  options: { readonly server: string; readonly addresses: readonly string[] },
): Promise<ControlPlaneCredentials> {
  const authority = await createAuthority(join(directory, 'pki'));
  const kubeconfig = async (name: string, user: string, groups: string[] = []) => {
    const file = join(directory, `${name}.kubeconfig`);
    await writeKubeconfig(authority, file, { name, user, groups, server: options.server });
    return file;
  };
  const [serving, kubeletClient, frontProxy, serviceAccountKey, admin, controllerManager, scheduler] =
    await Promise.all([
      authority.issue({
        name: 'kube-apiserver',
        user: 'kube-apiserver',
        subjectAlternativeNames: apiServerAlternativeNames(options.addresses),
      }),
      authority.issue({ name: 'kubelet-client', user: 'kube-apiserver-kubelet-client', groups: ['system:masters'] }),
      authority.issue({ name: 'front-proxy', user: 'front-proxy-client' }),
      createServiceAccountKey(authority.directory),
      kubeconfig('admin', 'admin', ['system:masters']),
      kubeconfig('kube-controller-manager', 'system:kube-controller-manager'),
      kubeconfig('kube-scheduler', 'system:kube-scheduler'),
    ]);
  return {
    authority,
    serving,
    kubeletClient,
    frontProxy,
    serviceAccountKey,
    adminKubeconfig: admin,
    controllerManagerKubeconfig: controllerManager,
    schedulerKubeconfig: scheduler,
  };
}
