import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { ControlPlane } from '../../cluster/control-plane.ts';
import { etcd, kubernetes } from '../../cluster/programs/modules.ts';
import { ensurePrograms } from '../../cluster/programs/programs.ts';

/** What a person sees who runs kubectl: warnings and errors too, without spaces at the ends of lines. */
export interface KubectlAnswer {
  readonly exitCode: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs kubectl with a manifest on its stdin, and takes failure for an answer like any other. */
export async function askKubectl(
  { kubeconfigPath, directory }: ControlPlane,
  args: readonly string[],
  manifest = '',
): Promise<KubectlAnswer> {
  const programs = await ensurePrograms([etcd, kubernetes]);
  const child = spawn(
    programs.path('kubectl'),
    ['--kubeconfig', kubeconfigPath, '--cache-dir', join(directory, 'kubectl-cache'), ...args],
    { timeout: 30_000 },
  );
  child.stdin.end(manifest);
  const [stdout, stderr, [exitCode]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { exitCode, stdout: trimLines(stdout), stderr: trimLines(stderr) };
}

function trimLines(output: string): string {
  return output.trimEnd().replaceAll(/ +$/gmu, '');
}
