import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, copyFile, lstat, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheDirectory } from '../cache-directory.ts';
import { run } from '../processes/run.ts';
import { buildImage, imageExists } from './buildah.ts';
import type { ImageDefinition } from './definitions.ts';
import { downloadPackages, resolvePackages } from './debian-packages.ts';

/** Changes whenever this file makes something else from the same packages. */
const recipeVersion = 1;

const repository = join(import.meta.dirname, '..', '..', '..');
const nodeBinary = join(repository, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node');

export interface BaseImage {
  readonly name: string;
  readonly key: string;
}

/**
 * What identifies a base image. Package names, not versions: a cached image stays as it is until its recipe changes, and a build with
 * warm caches asks no package index.
 */
export async function baseImageOf(definition: ImageDefinition): Promise<BaseImage> {
  const node = definition.node === true ? await nodeVersion() : undefined;
  const contents = [recipeVersion, await debianRelease(), process.arch, node, definition.debianPackages];
  const key = createHash('sha256').update(JSON.stringify(contents)).digest('hex').slice(0, 16);
  return { name: `gatewaypool.test/base:${key}`, key };
}

/** Makes a root file system of the packages' files, as an image to build on, when it is not there yet. */
export async function ensureBaseImage(definition: ImageDefinition, { name }: BaseImage): Promise<void> {
  if (await imageExists(name)) return;
  const packages = await resolvePackages(definition.debianPackages ?? []);
  const archives = await downloadPackages(packages, join(cacheDirectory(), 'debian'));
  const directory = await mkdtemp(join(tmpdir(), 'gatewaypool-base-'));
  try {
    const root = join(directory, 'root');
    await assembleRoot(root, archives);
    if (definition.node === true) {
      await copyFile(nodeBinary, join(root, 'usr/local/bin/node'));
      await chmod(join(root, 'usr/local/bin/node'), 0o755);
    }
    await writeFile(join(directory, 'Containerfile'), 'FROM scratch\nCOPY root /\nCMD ["/bin/sh"]\n');
    await buildImage({ name, containerfile: join(directory, 'Containerfile'), directory });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function debianRelease(): Promise<string> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  return /^VERSION_ID=(.*)$/m.exec(release)?.[1] ?? '';
}

async function nodeVersion(): Promise<string> {
  if (!existsSync(nodeBinary)) throw new Error(`${nodeBinary} is missing: run "npm ci" (with optional dependencies)`);
  return (await run(nodeBinary, ['--version'])).trim();
}

async function assembleRoot(root: string, archives: readonly string[]): Promise<void> {
  const directories = ['bin', 'sbin', 'lib', 'lib64'];
  for (const name of [
    ...directories.map((each) => `usr/${each}`),
    'usr/local/bin',
    'etc',
    'home',
    'root',
    'tmp',
    'var',
    'run',
  ]) {
    await mkdir(join(root, name), { recursive: true });
  }
  // Debian's merged /usr: dpkg-deb follows these, so /bin/busybox comes to lie in /usr/bin.
  for (const name of directories) await symlink(`usr/${name}`, join(root, name));
  for (const archive of archives) await extract(archive, root);
  for (const name of ['doc', 'man', 'locale', 'lintian', 'bug']) {
    await rm(join(root, 'usr/share', name), { recursive: true, force: true });
  }
  await addBusyboxCommands(root);
  await chmod(join(root, 'tmp'), 0o1777);
  await writeFile(
    join(root, 'etc/passwd'),
    'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\nnonroot:x:65532:65532:nonroot:/tmp:/bin/sh\n',
  );
  await writeFile(join(root, 'etc/group'), 'root:x:0:\nnogroup:x:65534:\nnonroot:x:65532:\n');
  await writeFile(join(root, 'etc/nsswitch.conf'), 'passwd: files\ngroup: files\nhosts: files dns\n');
}

/** `dpkg-deb --extract` would replace the links of a merged /usr by directories; tar is told to keep them. */
async function extract(archive: string, root: string): Promise<void> {
  const script = 'dpkg-deb --fsys-tarfile "$1" | tar -x --keep-directory-symlink --no-same-owner -C "$2"';
  await run('sh', ['-euc', script, 'sh', archive, root]);
}

/** A shell and the usual commands, where no package has brought the real ones. */
async function addBusyboxCommands(root: string): Promise<void> {
  const busybox = join(root, 'bin/busybox');
  if (!existsSync(busybox)) return;
  for (const command of (await run(busybox, ['--list'])).split('\n').filter(Boolean)) {
    const path = join(root, 'bin', command);
    if (await lstat(path).catch(() => undefined)) continue;
    await symlink('busybox', path);
  }
}
