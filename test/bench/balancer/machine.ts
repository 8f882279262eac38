import { cpus, release } from 'node:os';
import { run } from '../../cluster/processes/run.ts';
import { systemPath } from './system-path.ts';

/** Where figures come from, and of whom. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly kernel: string;
  readonly node: string;
  readonly haproxy: string;
  readonly nginx: string;
}

export async function describeMachine(): Promise<Machine> {
  const cores = cpus();
  return {
    processor: cores[0]?.model.trim() ?? 'unknown',
    cores: cores.length,
    kernel: release(),
    node: process.versions.node,
    haproxy: versionIn(await run('haproxy', ['-v'], { env: systemPath })),
    nginx: versionIn(await run('sh', ['-c', 'nginx -v 2>&1'], { env: systemPath })),
  };
}

/** The first thing that looks like a version: programs wrap it in sentences of their own. */
export function versionIn(text: string): string {
  return /\d+\.\d+\.\d+/.exec(text)?.[0] ?? 'unknown';
}
