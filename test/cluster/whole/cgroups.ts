import { existsSync, mkdirSync, readFileSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../until.ts';

const machineRoot = '/sys/fs/cgroup';
/** What a kubelet asks of its cgroupRoot, where the kernel has it. */
const kubeletControllers = ['cpu', 'cpuset', 'hugetlb', 'io', 'memory', 'pids'];

/** cgroup v2 has one hierarchy, at the root itself; v1 (and hybrid) has one directory per controller. */
function isVersion2(root: string): boolean {
  return existsSync(join(root, 'cgroup.controllers'));
}

function hierarchies(root: string): string[] {
  if (isVersion2(root)) return [root];
  return readdirSync(root)
    .map((name) => join(root, name))
    .filter((directory) => existsSync(join(directory, 'cgroup.procs')));
}

/** Makes `parent/child` as a kubelet wants to find its cgroupRoot: present in every hierarchy, with all controllers usable. */
export function createCgroup(parent: string, child: string, root = machineRoot): void {
  for (const hierarchy of hierarchies(root)) {
    mkdirSync(join(hierarchy, parent, child), { recursive: true });
    // cgroup v1: a new cpuset is empty, and no process may join an empty one.
    for (const file of ['cpuset.cpus', 'cpuset.mems']) {
      if (isVersion2(root) || !existsSync(join(hierarchy, file))) continue;
      for (const directory of [parent, join(parent, child)]) {
        writeFileSync(join(hierarchy, directory, file), readFileSync(join(hierarchy, file)));
      }
    }
  }
  if (isVersion2(root)) {
    for (const directory of ['', parent, join(parent, child)]) delegateControllers(join(root, directory));
  }
}

/** cgroup v2: children get a controller only when their parent names it (cgroups(7), "cgroup.subtree_control"). */
function delegateControllers(directory: string): void {
  const read = (file: string) => readFileSync(join(directory, file), 'utf8').split(/\s+/).filter(Boolean);
  const delegated = new Set(read('cgroup.subtree_control'));
  const available = new Set(read('cgroup.controllers'));
  const missing = kubeletControllers.filter((each) => available.has(each) && !delegated.has(each));
  if (missing.length === 0) return;
  try {
    writeFileSync(join(directory, 'cgroup.subtree_control'), missing.map((controller) => `+${controller}`).join(' '));
  } catch (error) {
    throw new Error(
      `cannot delegate the cgroup controllers ${missing.join(', ')} in ${directory}: inside a container, start it with its own cgroup namespace and move its processes out of the root cgroup`,
      { cause: error },
    );
  }
}

/** Removes a cgroup and all below it, in every hierarchy. Its processes are dead; the kernel needs a moment to notice. */
export async function removeCgroup(name: string, root = machineRoot): Promise<void> {
  for (const hierarchy of hierarchies(root)) {
    const directory = join(hierarchy, name);
    if (!existsSync(directory)) continue;
    await until(`cgroup ${directory} to be empty`, 10_000, () => {
      removeTree(directory);
      return true;
    });
  }
}

function removeTree(directory: string): void {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) removeTree(join(directory, entry.name));
  }
  rmdirSync(directory);
}
