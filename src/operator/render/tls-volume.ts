import type { V1Volume, V1VolumeMount, V1VolumeProjection } from '@kubernetes/client-node';
import { ownVolumePrefix } from '../../api/pod-names.ts';
import type { RenderedPool } from './pool.ts';
import type { TlsFile } from './tls-files.ts';
import { tlsFiles, tlsFolder } from './tls-files.ts';

const tlsVolume = `${ownVolumePrefix}tls`;

/**
 * The Secrets of the listeners, and of them only the keys that are used. The kubelet renews the files when a Secret changes, so nothing
 * is a subPath. Readable by all, because the sidecar is nobody's owner; that no other container mounts the volume is what keeps the keys.
 */
export function tlsVolumes({ spec }: Pick<RenderedPool, 'spec'>): V1Volume[] {
  const files = tlsFiles(spec);
  if (files.length === 0) return [];

  const names = [...new Set(files.map(({ secretName }) => secretName))];
  const sources = names.map((name) => sourceOf(name, files));
  return [{ name: tlsVolume, projected: { defaultMode: 0o444, sources } }];
}

function sourceOf(name: string, files: readonly TlsFile[]): V1VolumeProjection {
  const items = files.filter(({ secretName }) => secretName === name).map(({ key, path }) => ({ key, path }));
  return { secret: { name, items } };
}

export function tlsMounts({ spec }: Pick<RenderedPool, 'spec'>): V1VolumeMount[] {
  return tlsFiles(spec).length === 0 ? [] : [{ name: tlsVolume, mountPath: tlsFolder, readOnly: true }];
}
