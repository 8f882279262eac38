import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDirectory } from '../cache-directory.ts';
import { run } from '../processes/run.ts';

export interface BuildRequest {
  readonly name: string;
  readonly containerfile: string;
  readonly directory: string;
  /** For the Containerfile's `ARG BASE_IMAGE`. */
  readonly baseImage?: string;
}

/** Storage of our own, without daemon, and with the one driver that works everywhere. */
async function buildah(...args: readonly string[]): Promise<string> {
  const storage = join(cacheDirectory(), 'buildah');
  const options = ['--root', join(storage, 'root'), '--runroot', join(storage, 'run'), '--storage-driver', 'vfs'];
  // Without a network nothing can be pulled, and no RUN can download anything.
  return run('unshare', ['--net', 'buildah', ...options, ...args]);
}

/**
 * Builds a Containerfile. The result depends on the base image and the context only; times are fixed, so equal inputs give equal
 * digests.
 */
export async function buildImage(request: BuildRequest): Promise<void> {
  const options = ['--isolation', 'chroot', '--timestamp', '0', '--pull-never', '--layers=false', '--quiet'];
  const base = request.baseImage === undefined ? [] : ['--build-arg', `BASE_IMAGE=${request.baseImage}`];
  const target = ['--tag', request.name, '--file', request.containerfile, request.directory];
  await buildah('build', ...options, ...base, ...target);
}

export async function imageExists(name: string): Promise<boolean> {
  return (await buildah('images', '--quiet', '--filter', `reference=${name}`)).trim() !== '';
}

/** Writes the image as a docker-archive, which `ctr images import`, `docker load` and `kind load image-archive` take. */
export async function exportImage(name: string, file: string): Promise<void> {
  const unfinished = `${file}.unfinished`;
  await rm(unfinished, { force: true });
  await buildah('push', '--quiet', name, `docker-archive:${unfinished}:${name}`);
  await rename(unfinished, file);
}

export async function removeImage(name: string): Promise<void> {
  await buildah('rmi', '--force', name);
}
