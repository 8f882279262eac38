import { createHmac } from 'node:crypto';
import type { KubeObject } from '../../kube/object.ts';
import { configCopyName } from '../names.ts';
import type { RenderedPool } from './pool.ts';
import { childMetadata } from './pool.ts';

/** The key under which the copy holds the configuration, whatever the user's own key is called. */
export const configCopyKey = 'config';

export interface Secret extends KubeObject {
  immutable: true;
  type: 'Opaque';
  data: Record<string, string>;
}

/**
 * Tells configurations apart without telling what is in them. Keyed with the pool's UID, so that equal configurations of two pools
 * have unequal hashes, and a list of hashes made elsewhere fits no pool.
 */
export function configHash(poolUid: string, value: Uint8Array): string {
  return createHmac('sha256', poolUid).update(value).digest('hex').slice(0, 10);
}

/**
 * The copy of the user's configuration that pods refer to. Immutable, because a container that restarts in place reads its Secret
 * anew: with the user's own Secret, a bad rotation would reach instances that run well (guarantee G13).
 */
export function configSecret(pool: RenderedPool, value: Uint8Array): Secret {
  const name = configCopyName(pool.name, configHash(pool.uid, value));
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: childMetadata(pool, name),
    immutable: true,
    type: 'Opaque',
    data: { [configCopyKey]: Buffer.from(value).toString('base64') },
  };
}
