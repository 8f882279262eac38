import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { cacheDirectory, pruneCache } from './cache-directory.ts';

describe('cacheDirectory', () => {
  it.each([
    { env: { GATEWAYPOOL_CACHE: '/c', XDG_CACHE_HOME: '/x' }, directory: '/c' },
    { env: { GATEWAYPOOL_CACHE: '', XDG_CACHE_HOME: '/x' }, directory: '/x/gatewaypool' },
    { env: {}, directory: expect.stringMatching(/\/\.cache\/gatewaypool$/) },
  ])('is $directory for $env', ({ env, directory }) => {
    expect(cacheDirectory(env)).toEqual(directory);
  });
});

describe('pruneCache', () => {
  it('keeps the newest of one kind and everything of other kinds', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'gatewaypool-prune-'));
    const entry = async (name: string, ageSeconds: number, make: (path: string) => Promise<unknown>) => {
      const path = join(directory, name);
      await make(path);
      await utimes(path, Date.now() / 1000 - ageSeconds, Date.now() / 1000 - ageSeconds);
    };
    const file = async (path: string) => writeFile(path, '');
    await entry('app-dev-000000000000000a.tar', 30, file);
    await entry('app-dev-000000000000000b.tar', 10, file);
    await entry('app-dev-000000000000000c', 20, async (path) => mkdir(join(path, 'inside'), { recursive: true }));
    await entry('app-dev-extra-000000000000000d.tar', 99, file);
    await entry('app-dev-000000000000000e.tar.unfinished', 99, file);

    await pruneCache(directory, 'app-dev-', 1);

    expect((await readdir(directory)).sort()).toEqual([
      'app-dev-000000000000000b.tar',
      'app-dev-000000000000000e.tar.unfinished',
      'app-dev-extra-000000000000000d.tar',
    ]);
    await rm(directory, { recursive: true });
  });
});
