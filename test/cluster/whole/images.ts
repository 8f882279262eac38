import { constants } from 'node:fs';
import { copyFile, mkdir, readFile, readdir, rename, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { nodeName, nodeNumbers } from './addresses.ts';
import { isRunning } from './components.ts';
import { requireNamespace, runInside } from './namespaces.ts';
import { containerdSocket } from './node-configuration.ts';
import type { StateLayout } from './state.ts';

const importCommand = ['ctr', '--address', containerdSocket, '--namespace', 'k8s.io', 'images', 'import'];

/** Gives an image archive (docker-archive) to every node: those that run have it at once, the others when they are switched on. */
export async function loadImages(state: StateLayout, nodes: number, files: readonly string[]): Promise<void> {
  await mkdir(state.images, { recursive: true });
  for (const file of files) {
    const copy = join(state.images, basename(file));
    await copyFile(file, `${copy}.new`, constants.COPYFILE_FICLONE);
    await rename(`${copy}.new`, copy);
  }
  const running = nodeNumbers(nodes)
    .map(nodeName)
    .filter((name) => isRunning(state, `${name}-containerd`));
  await Promise.all(running.map(async (name) => importImages(state, name)));
}

/** Imports what the node's containerd does not have yet. */
export async function importImages(state: StateLayout, name: string): Promise<void> {
  const node = requireNamespace(state, name);
  const imported = join(state.nodeDirectory(name), 'imported-images');
  await mkdir(imported, { recursive: true });
  const archives = await readdir(state.images).catch(() => []);
  for (const archive of archives.filter((each) => each.endsWith('.tar'))) {
    const file = join(state.images, archive);
    const { mtimeMs, size } = await stat(file);
    const version = `${mtimeMs} ${size}\n`;
    const marker = join(imported, archive);
    if ((await readFile(marker, 'utf8').catch(() => '')) === version) continue;
    await runInside(node, [...importCommand, file]);
    await writeFile(marker, version);
  }
}
