import type { CommandResult } from './command.ts';
import { kubectl, tryKubectl } from './kubectl.ts';

/**
 * `kubectl drain`, of the pods of one pool only: the client's pod may be on that node too. Ends when the pods are gone from it, or with
 * an error after `seconds`.
 */
export function drainNode(node: string, pool: string, seconds: number): Promise<CommandResult> {
  const pods = `--pod-selector=pam.gatewaypool.io/pool=${pool}`;
  const flags = ['--ignore-daemonsets', '--delete-emptydir-data', `--timeout=${seconds}s`];
  return tryKubectl(['drain', node, pods, ...flags], { timeoutMilliseconds: (seconds + 10) * 1000 });
}

/** Lets a node take pods again. */
export async function uncordon(node: string): Promise<void> {
  await kubectl(['uncordon', node]);
}
