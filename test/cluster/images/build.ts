import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { cacheDirectory, pruneCache } from '../cache-directory.ts';
import { withLock } from '../processes/lock.ts';
import { longStep, say } from '../progress.ts';
import { ensurePrograms } from '../programs/programs.ts';
import { type BaseImage, baseImageOf, ensureBaseImage } from './base-image.ts';
import { buildImage, exportImage, removeImage } from './buildah.ts';
import type { ImageDefinition } from './definitions.ts';

const lockWaitMilliseconds = 10 * 60_000;
/** Of each image; a run that was started with the version before may still read it. */
const keptVersions = 3;

/** Image archives (docker-archive) of these images, from the cache or built now; same order. */
export async function ensureImages(definitions: readonly ImageDefinition[]): Promise<string[]> {
  return withLock(
    join(cacheDirectory(), 'images'),
    lockWaitMilliseconds,
    () => say('waiting for another image build on this machine'),
    async () => {
      const archives: string[] = [];
      for (const definition of definitions) archives.push(await ensureImage(definition));
      return archives;
    },
  );
}

async function ensureImage(definition: ImageDefinition): Promise<string> {
  const sources = await sourcesOf(definition);
  const base = definition.debianPackages === undefined ? undefined : await baseImageOf(definition);
  const key = await contentKey(definition, base, sources);
  const stem = definition.name.replace(/^.*\//, '').replace(':', '-');
  const archive = join(cacheDirectory(), 'images', `${stem}-${key}.tar`);
  if (existsSync(archive)) return archive;

  if (process.getuid?.() !== 0) {
    throw new Error(
      `cannot build ${definition.name} without root: use sudo, or build ${definition.containerfile} with docker or podman`,
    );
  }
  await mkdir(dirname(archive), { recursive: true });
  await longStep(`image ${definition.name}`, 10, async () => {
    if (base !== undefined) await ensureBaseImage(definition, base);
    // A context of its own holds exactly the files that the key counts.
    const context = await mkdtemp(join(tmpdir(), 'gatewaypool-image-'));
    try {
      for (const { name, file } of sources) {
        await mkdir(dirname(join(context, name)), { recursive: true });
        await copyFile(file, join(context, name));
      }
      await buildImage({
        name: definition.name,
        containerfile: definition.containerfile,
        directory: context,
        ...(base === undefined ? {} : { baseImage: base.name }),
      });
      await exportImage(definition.name, archive);
      await removeImage(definition.name);
    } finally {
      await rm(context, { recursive: true, force: true });
    }
  });
  await pruneCache(dirname(archive), `${stem}-`, keptVersions);
  return archive;
}

interface Source {
  /** Path in the build context. */
  readonly name: string;
  readonly file: string;
}

async function sourcesOf({ directory, files, program }: ImageDefinition): Promise<Source[]> {
  const names = files ?? (await listFiles(directory));
  const missing = names.find((name) => !existsSync(join(directory, name)));
  if (missing !== undefined) throw new Error(`${join(directory, missing)} is missing: run "make build" first`);
  const sources = names.map((name) => ({ name, file: join(directory, name) }));
  if (program === undefined) return sources;
  const programs = await ensurePrograms([program]);
  return [...sources, ...Object.keys(program.programs).map((name) => ({ name, file: programs.path(name) }))];
}

async function listFiles(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .sort();
}

/** 16 hex digits over everything that the image is made of. */
async function contentKey(
  { name, containerfile }: ImageDefinition,
  base: BaseImage | undefined,
  sources: readonly Source[],
): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([name, base?.key]));
  hash.update(await readFile(containerfile));
  for (const source of sources) hash.update(`\0${source.name}\0`).update(await readFile(source.file));
  return hash.digest('hex').slice(0, 16);
}
