import { readdir, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** What is kept between runs: Kubernetes binaries, images. Safe to delete while nothing runs. */
export function cacheDirectory(env: NodeJS.ProcessEnv = process.env): string {
  if (env['GATEWAYPOOL_CACHE']) return env['GATEWAYPOOL_CACHE'];
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'gatewaypool');
}

/** Removes all but the `keep` newest entries whose names are the prefix and a content key (16 hex digits), so that caches stay small. */
export async function pruneCache(directory: string, prefix: string, keep: number): Promise<void> {
  const names = (await readdir(directory)).filter(
    (name) => name.startsWith(prefix) && /^[0-9a-f]{16}(\.\w+)?$/.test(name.slice(prefix.length)),
  );
  const entries = await Promise.all(
    names.map(async (name) => {
      const path = join(directory, name);
      return { path, time: (await stat(path)).mtimeMs };
    }),
  );
  const outdated = entries.sort((a, b) => b.time - a.time).slice(keep);
  await Promise.all(outdated.map(async ({ path }) => rm(path, { recursive: true, force: true })));
}
