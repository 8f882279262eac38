import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DaemonChild, startChild } from '../../cluster/processes/child.ts';
import type { OnEnd } from '../bench.ts';
import { sidecarNodeFlags } from '../sidecar/node-flags.ts';
import { buildLoad } from './build-load.ts';
import { type BenchCertificate, createBenchCertificate } from './certificate.ts';
import { ensureBenchRequirements } from './requirements.ts';
import { systemPath } from './system-path.ts';

/** What all programs of a bench share. */
export interface Ground {
  /** For configurations and logs. */
  readonly directory: string;
  /** The core that all of them run on: then they wait for each other in the same way whoever is measured, and nothing crosses caches. */
  readonly core: number;
  /** Path of the load program. */
  readonly load: string;
  /** Path of our balancer: a copy, because the next build may come before this bench ends. */
  readonly balancer: string;
  /** Of our balancer. */
  readonly nodeFlags: readonly string[];
  readonly certificate: BenchCertificate;
}

export interface GroundOptions {
  /** The last one by default: the first one serves more of a machine's interrupts. */
  readonly core?: number | undefined;
  /** Instead of the flags that the balancer has in a pod. */
  readonly nodeFlags?: readonly string[] | undefined;
}

/** For parseArgs. */
export const groundArguments = { core: { type: 'string' }, 'node-flags': { type: 'string' } } as const;

/** What a person says on the command line: `--core 3`, `--node-flags="--single-threaded"`. */
export function groundOptions(values: { core?: string | undefined; 'node-flags'?: string | undefined }): GroundOptions {
  return {
    core: values.core === undefined ? undefined : Number(values.core),
    nodeFlags: values['node-flags']?.split(' ').filter((flag) => flag !== ''),
  };
}

export async function prepareGround({ core, nodeFlags }: GroundOptions, onEnd: OnEnd): Promise<Ground> {
  await ensureBenchRequirements();
  const directory = await mkdtemp(join(tmpdir(), 'gatewaypool-bench-'));
  onEnd(async () => rm(directory, { recursive: true, force: true }));
  const balancer = join(directory, 'balancer.cjs');
  await copyFile(join(import.meta.dirname, '..', '..', '..', 'dist', 'balancer.cjs'), balancer);
  return {
    directory,
    balancer,
    core: core ?? cpus().length - 1,
    load: await buildLoad(directory),
    nodeFlags: nodeFlags ?? sidecarNodeFlags(),
    certificate: await createBenchCertificate(join(directory, 'certificates')),
  };
}

/** Starts a program on the core of the bench; its log is `name.log` in the ground's directory. */
export function startPinned(
  { directory, core }: Ground,
  name: string,
  command: string,
  args: readonly string[],
): DaemonChild {
  return startChild(directory, name, 'taskset', ['--cpu-list', String(core), command, ...args], systemPath);
}
