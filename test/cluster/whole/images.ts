import { constants } from 'node:fs';
import { copyFile, mkdir, readFile, readdir, rename, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { nodeName, nodeNumbers } from './addresses.ts';
import { isRunning } from './components.ts';
import { requireNamespace, runInside } from './namespaces.ts';
import { containerdSocket } from './node-configuration.ts';
import type { StateLayout } from './state.ts';

const imagesCommand = ['ctr', '--address', containerdSocket, '--namespace', 'k8s.io', 'images'];

/** Gives an image archive (docker-archive) to every node: those that run have it at once, the others when they are switched on. */
export async function loadImages(state: StateLayout, nodes: number, files: readonly string[]): Promise<void> {
  await mkdir(state.images, { recursive: true });
  for (const file of files) {
    const copy = join(state.images, basename(file));
    await copyFile(file, `${copy}.new`, constants.COPYFILE_FICLONE);
    await rename(`${copy}.new`, copy);
  }
  await Promise.all(runningNodes(state, nodes).map(async (name) => importImages(state, name)));
}

/** Gives an image of the running nodes another name, as a new release would have: all that an upgrade test needs. */
export async function tagImage(state: StateLayout, nodes: number, image: string, newName: string): Promise<void> {
  const tag = async (name: string) =>
    runInside(requireNamespace(state, name), [...imagesCommand, 'tag', '--force', image, newName]);
  await Promise.all(runningNodes(state, nodes).map(tag));
}

function runningNodes(state: StateLayout, nodes: number): string[] {
  return nodeNumbers(nodes)
    .map(nodeName)
    .filter((name) => isRunning(state, `${name}-containerd`));
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
    await runInside(node, [...imagesCommand, 'import', file]);
    await writeFile(marker, version);
  }
}
