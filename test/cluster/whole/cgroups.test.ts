import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createCgroup, removeCgroup } from './cgroups.ts';

/** Plain directories that look like the kernel's; the real ones are tried by the end-to-end tests, in the machine's own version. */
describe('the cgroup of a node', () => {
  let root: string;
  const file = async (path: string, text: string) => {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), text);
  };
  const read = (path: string) => readFileSync(join(root, path), 'utf8');

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'gatewaypool-cgroup-'));
  });

  afterEach(async () => {
    await rm(root, { recursive: true });
  });

  it("version 1: is in every hierarchy, and its cpuset has the machine's processors", async () => {
    await file('memory/cgroup.procs', '');
    await file('cpuset/cgroup.procs', '');
    await file('cpuset/cpuset.cpus', '0-1\n');
    await file('cpuset/cpuset.mems', '0\n');
    await file('no-hierarchy/readme', '');

    createCgroup('cluster', 'n1', root);

    expect(existsSync(join(root, 'memory/cluster/n1'))).toBe(true);
    expect(read('cpuset/cluster/cpuset.cpus')).toBe('0-1\n');
    expect(read('cpuset/cluster/n1/cpuset.mems')).toBe('0\n');
    expect(existsSync(join(root, 'no-hierarchy/cluster'))).toBe(false);
  });

  it('version 2: hands down every controller that a kubelet needs and that is not handed down yet', async () => {
    for (const directory of ['.', 'cluster', 'cluster/n1']) {
      await file(join(directory, 'cgroup.controllers'), 'cpuset cpu io memory pids misc\n');
      await file(join(directory, 'cgroup.subtree_control'), directory === '.' ? 'cpu memory\n' : '\n');
    }

    createCgroup('cluster', 'n1', root);

    expect(read('cgroup.subtree_control')).toBe('+cpuset +io +pids');
    expect(read('cluster/cgroup.subtree_control')).toBe('+cpu +cpuset +io +memory +pids');
    expect(read('cluster/n1/cgroup.subtree_control')).toBe('+cpu +cpuset +io +memory +pids');
  });

  it('is removed with all that is below it', async () => {
    await file('memory/cgroup.procs', '');
    await mkdir(join(root, 'memory/cluster/n1/kubepods/pod'), { recursive: true });

    await removeCgroup('cluster', root);

    expect(existsSync(join(root, 'memory/cluster'))).toBe(false);
    expect(existsSync(join(root, 'memory'))).toBe(true);
  });
});
