import { statfsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openAuthority } from '../certificates/authority.ts';
import { writeKubeconfig } from '../certificates/kubeconfig.ts';
import type { Programs } from '../programs/programs.ts';
import { until } from '../until.ts';
import { apiServerUrl, nodeAddress, nodeName } from './addresses.ts';
import { createCgroup, removeCgroup } from './cgroups.ts';
import { startComponent } from './components.ts';
import { importImages } from './images.ts';
import {
  createNamespace,
  destroyNamespace,
  findNamespace,
  requireNamespace,
  runInside,
  runScriptInside,
} from './namespaces.ts';
import { connectNode } from './network.ts';
import {
  cniConfiguration,
  containerdConfiguration,
  containerdSocket,
  kubeProxyConfiguration,
  kubeletConfiguration,
} from './node-configuration.ts';
import type { ClusterSettings } from './settings.ts';
import type { StateLayout } from './state.ts';

/** statfs(2) type of overlayfs, on which no second overlayfs can be stacked. */
const overlayType = 0x794c7630;
/** What a node keeps over a power-off. */
const diskDirectories = [
  '/var/lib/kubelet',
  '/var/lib/containerd',
  '/var/log/pods',
  '/var/log/containers',
  '/var/lib/cni',
  '/etc/cni',
];
/**
 * Kernel-wide settings that a kubelet wants and would write. It reads them first, so it finds files with the wanted values mounted over
 * them, and the machine stays as it is.
 */
const wantedSysctls = {
  'vm/overcommit_memory': 1,
  'vm/panic_on_oom': 0,
  'kernel/panic': 10,
  'kernel/panic_on_oops': 1,
  'kernel/keys/root_maxkeys': 1_000_000,
  'kernel/keys/root_maxbytes': 25_000_000,
};

/** Certificates, kubeconfigs and configuration files of a node. */
export async function prepareNode(state: StateLayout, settings: ClusterSettings, number: number): Promise<void> {
  const name = nodeName(number);
  const directory = state.nodeDirectory(name);
  const cniDirectory = join(directory, 'etc/cni/net.d');
  await mkdir(cniDirectory, { recursive: true });
  await Promise.all(diskDirectories.map(async (path) => mkdir(join(directory, path), { recursive: true })));

  const authority = openAuthority(join(state.directory, 'pki'));
  const kubelet = { user: `system:node:${name}`, groups: ['system:nodes'] };
  const kubeProxyKubeconfig = join(directory, 'kube-proxy.kubeconfig');
  const [serving] = await Promise.all([
    authority.issue({
      ...kubelet,
      name: `${name}-serving`,
      subjectAlternativeNames: [`DNS:${name}`, `IP:${nodeAddress(number)}`],
    }),
    writeKubeconfig(authority, join(directory, 'kubelet.kubeconfig'), { ...kubelet, name, server: apiServerUrl }),
    writeKubeconfig(authority, kubeProxyKubeconfig, {
      name: `${name}-kube-proxy`,
      user: 'system:kube-proxy',
      server: apiServerUrl,
    }),
  ]);

  const snapshotter = statfsSync(directory).type === overlayType ? 'native' : 'overlayfs';
  const resolvConf = join(directory, 'resolv.conf');
  const kubeletFiles = { caFile: authority.caFile, ...serving, resolvConf };
  await Promise.all([
    writeFile(resolvConf, ''),
    writeFile(join(directory, 'containerd.toml'), containerdConfiguration(snapshotter)),
    writeFile(join(cniDirectory, '10-pods.conflist'), cniConfiguration(number)),
    writeFile(join(directory, 'kubelet.yaml'), kubeletConfiguration(number, kubeletFiles, settings)),
    writeFile(join(directory, 'kube-proxy.yaml'), kubeProxyConfiguration(number, kubeProxyKubeconfig, settings)),
    ...Object.entries(wantedSysctls).map(async ([key, value]) => writeFile(sysctlFile(directory, key), `${value}\n`)),
  ]);
}

function sysctlFile(directory: string, key: string): string {
  return join(directory, `sysctl-${key.replaceAll('/', '-')}`);
}

/** Switches a prepared node on as far as it needs no API server: namespaces, network, containerd, images. */
export async function bootNode(state: StateLayout, settings: ClusterSettings, number: number): Promise<void> {
  const name = nodeName(number);
  if (findNamespace(state, name) === undefined) {
    const cluster = requireNamespace(state, 'cluster');
    const directory = state.nodeDirectory(name);
    const node = await createNamespace(state, name, cluster);
    await runScriptInside(node, [
      ...diskDirectories.map((path) => `mkdir -p ${path}; mount --bind '${directory}${path}' ${path}`),
      ...Object.keys(wantedSysctls).map((key) => `mount --bind '${sysctlFile(directory, key)}' /proc/sys/${key}`),
      // A kubelet's volumes must reach the containers: mounts propagate inside this namespace, and only there.
      'mount --make-rshared /',
    ]);
    await connectNode(cluster, node, number, settings.nodes);
    createCgroup(settings.cgroupParent, name);
  }
  await startContainerd(state, name);
  await importImages(state, name);
}

async function startContainerd(state: StateLayout, name: string): Promise<void> {
  await startComponent(state, {
    name: `${name}-containerd`,
    namespace: name,
    command: ['containerd', '--config', join(state.nodeDirectory(name), 'containerd.toml')],
  });
  const node = requireNamespace(state, name);
  await until(`containerd of ${name} (its log: ${state.logFile(`${name}-containerd`)})`, 30_000, async () =>
    runInside(node, ['ctr', '--address', containerdSocket, 'version']),
  );
}

/** The part that registers the node and makes it Ready. */
export async function joinNode(state: StateLayout, programs: Programs, number: number): Promise<void> {
  const name = nodeName(number);
  const directory = state.nodeDirectory(name);
  const kubelet = {
    config: join(directory, 'kubelet.yaml'),
    kubeconfig: join(directory, 'kubelet.kubeconfig'),
    'hostname-override': name,
    'node-ip': nodeAddress(number),
    'root-dir': '/var/lib/kubelet',
    'cert-dir': '/var/lib/kubelet/pki',
  };
  await startComponent(state, {
    name: `${name}-kubelet`,
    namespace: name,
    command: [programs.path('kubelet'), ...Object.entries(kubelet).map(([flag, value]) => `--${flag}=${value}`)],
  });
  await startComponent(state, {
    name: `${name}-kube-proxy`,
    namespace: name,
    command: [programs.path('kube-proxy'), `--config=${join(directory, 'kube-proxy.yaml')}`],
  });
}

/** Power-off: every process of the node ends at once, without any shutdown. Its disk stays. */
export async function powerOffNode(state: StateLayout, settings: ClusterSettings, number: number): Promise<void> {
  const name = nodeName(number);
  await destroyNamespace(state, name);
  // A reboot empties the cgroups too; the next kubelet would wait 3 s for each one left over.
  await removeCgroup(join(settings.cgroupParent, name));
}
