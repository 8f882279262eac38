import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readlinkSync } from 'node:fs';
import { run } from '../../cluster/processes/run.ts';
import { until } from '../../cluster/until.ts';

/** A pod's network namespace and one for everybody else, with a cable between them. Neither reaches anything beyond. */
export interface PodNetwork {
  /** The command line that runs a program in one of them. */
  inside(place: Place, command: readonly string[]): readonly string[];
  remove(): Promise<void>;
}

export type Place = 'pod' | 'outside';

export const addresses = {
  pod: { ipv4: '10.77.0.2', ipv6: 'fd77::2' },
  outside: { ipv4: '10.77.0.1', ipv6: 'fd77::1' },
  /** Nobody has it. */
  nobody: '10.77.0.99',
} as const;

const isRoot = process.getuid?.() === 0;

export async function createPodNetwork(): Promise<PodNetwork> {
  const outside = await holdNamespace(['unshare', ...(isRoot ? [] : ['--map-root-user']), '--net']);
  const pod = await holdNamespace([...enter(outside), 'unshare', '--net']);
  const holders = { pod, outside };
  const inside: PodNetwork['inside'] = (place, command) => [...enter(holders[place]), ...command];

  async function script(place: Place, lines: readonly string[]): Promise<void> {
    const [command = '', ...args] = inside(place, ['sh', '-eu']);
    await run(command, args, { input: lines.join('\n'), timeoutMilliseconds: 10_000 });
  }

  await script('outside', [
    `ip link add veth-outside type veth peer name eth0 netns ${pod.pid}`,
    ...upWithAddresses('veth-outside', addresses.outside),
  ]);
  await script('pod', upWithAddresses('eth0', addresses.pod));
  return {
    inside,
    remove: async () => {
      for (const holder of [pod, outside]) {
        const ended = once(holder, 'exit');
        holder.kill('SIGKILL');
        await ended;
      }
    },
  };
}

/** nodad: an IPv6 address is otherwise not usable for a second. */
function upWithAddresses(device: string, { ipv4, ipv6 }: { ipv4: string; ipv6: string }): string[] {
  return [
    'ip link set lo up',
    `ip addr add ${ipv4}/24 dev ${device}`,
    `ip addr add ${ipv6}/64 dev ${device} nodad`,
    `ip link set ${device} up`,
  ];
}

/** A process that does nothing but keep its namespace; it ends with this one, because its input does. */
async function holdNamespace([program = '', ...args]: readonly string[]): Promise<ChildProcess> {
  const own = readlinkSync('/proc/self/ns/net');
  const holder = spawn(program, [...args, 'cat'], { stdio: ['pipe', 'ignore', 'inherit'] });
  await until(`a network namespace by ${program}`, 30_000, () => namespaceOf(holder) !== own);
  return holder;
}

function namespaceOf({ pid, exitCode }: ChildProcess): string {
  if (exitCode !== null) throw new Error(`it ended with ${exitCode}`);
  const path = `/proc/${pid}/ns/net`;
  return existsSync(path) ? readlinkSync(path) : readlinkSync('/proc/self/ns/net');
}

function enter({ pid }: ChildProcess): string[] {
  const user = isRoot ? [] : ['--user', '--preserve-credentials'];
  return ['nsenter', '--target', String(pid), ...user, '--net', '--'];
}
