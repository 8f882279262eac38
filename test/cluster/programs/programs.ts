import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheDirectory, pruneCache } from '../cache-directory.ts';
import { withLock } from '../processes/lock.ts';
import { say } from '../progress.ts';
import { type BuildPlan, planBuild } from './build-plan.ts';
import { goBuild } from './go-build.ts';
import type { ToolModule } from './modules.ts';

const buildLockWaitMilliseconds = 30 * 60_000;
/** Of each module, so that changing between branches needs no build. */
const keptVersions = 2;

/** Where built programs are. */
export interface Programs {
  /** The absolute path of a program; throws for one that was not asked for. */
  path(name: string): string;
  /** Directories for PATH. */
  readonly directories: readonly string[];
}

/**
 * The programs of these modules, from the cache or built into it. A build that is cut short leaves nothing that a later one would take
 * for complete; two builds at the same time wait for each other.
 */
export async function ensurePrograms(modules: readonly ToolModule[]): Promise<Programs> {
  const paths = new Map<string, string>();
  const directories: string[] = [];
  for (const module of modules) {
    const directory = await ensureModule(module);
    directories.push(directory);
    for (const program of Object.keys(module.programs)) paths.set(program, join(directory, program));
  }
  return {
    directories,
    path(name) {
      const path = paths.get(name);
      if (path === undefined) throw new Error(`${name} is not among the programs ${[...paths.keys()].join(', ')}`);
      return path;
    },
  };
}

async function ensureModule(module: ToolModule): Promise<string> {
  const read = async (file: string) => readFile(join(module.directory, file), 'utf8');
  // A module that has sources of its own needs no others, so it has no go.sum.
  const others = await Promise.all((module.sources ?? ['go.sum']).map(read));
  const plan = planBuild(module, { goMod: await read('go.mod'), others }, `${process.platform}/${process.arch}`);
  const directory = join(cacheDirectory(), 'bin', `${module.name}-${plan.key}`);
  if (existsSync(directory)) return directory;

  // One lock for all modules: two Go builds at the same time only fight for the same cores.
  await withLock(
    join(cacheDirectory(), 'bin'),
    buildLockWaitMilliseconds,
    () => say(`${module.name}: waiting for another build on this machine`),
    async () => {
      if (!existsSync(directory)) await buildInto(directory, module, plan);
    },
  );
  return directory;
}

async function buildInto(directory: string, module: ToolModule, plan: BuildPlan): Promise<void> {
  const unfinished = `${directory}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  await goBuild(module, plan, unfinished);
  await rename(unfinished, directory);
  await pruneCache(dirname(directory), `${module.name}-`, keptVersions);
}
