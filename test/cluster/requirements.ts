import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './processes/run.ts';
import { longStep, say } from './progress.ts';

/** A program and the Debian package that brings it. */
interface Requirement {
  readonly file: string;
  readonly package: string;
}

/** The least that a control plane on loopback needs beside Node and Go. */
export const controlPlaneRequirements: readonly Requirement[] = [
  { file: 'openssl', package: 'openssl' },
  { file: 'setpriv', package: 'util-linux' },
];

export const clusterRequirements: readonly Requirement[] = [
  ...controlPlaneRequirements,
  { file: 'containerd', package: 'containerd' },
  { file: 'runc', package: 'runc' },
  { file: '/usr/lib/cni/bridge', package: 'containernetworking-plugins' },
  { file: 'iptables', package: 'iptables' },
  { file: 'nft', package: 'nftables' },
  { file: 'ip', package: 'iproute2' },
  { file: 'conntrack', package: 'conntrack' },
  { file: 'ethtool', package: 'ethtool' },
  { file: 'nsenter', package: 'util-linux' },
  { file: 'mount', package: 'mount' },
  { file: 'socat', package: 'socat' },
  { file: 'buildah', package: 'buildah' },
];

/** Installs what is missing with apt-get. Throws, with the one command to type, when that is not possible. */
export async function ensureRequirements(requirements: readonly Requirement[]): Promise<void> {
  const packages = missingPackages(requirements);
  if (packages.length === 0) return;
  const list = packages.join(' ');
  if (process.getuid?.() !== 0 || findProgram('apt-get') === undefined) {
    throw new Error(`missing programs; as root, run: apt-get install --no-install-recommends ${list}`);
  }
  say(`installing Debian packages: ${list}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await longStep('apt-get update', 10, async () => run('apt-get', ['update', '-q'], { env }));
  await longStep(`apt-get install ${list}`, 30, async () =>
    run('apt-get', ['install', '-q', '-y', '--no-install-recommends', ...packages], { env }),
  );
}

export function missingPackages(requirements: readonly Requirement[], find = findProgram): string[] {
  const missing = requirements.filter((requirement) => find(requirement.file) === undefined);
  return [...new Set(missing.map((requirement) => requirement.package))];
}

/** Looks along PATH and in the sbin directories, which are not on everybody's. */
function findProgram(file: string): string | undefined {
  if (file.startsWith('/')) return existsSync(file) ? file : undefined;
  const directories = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];
  return directories.map((directory) => join(directory, file)).find((path) => existsSync(path));
}
