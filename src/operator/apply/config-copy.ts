import { annotations, fieldManager } from '../../api/identity.ts';
import { isAlreadyExists } from '../../kube/errors.ts';
import { byPool } from '../observe/caches.ts';
import { configCopies, sequenceOf } from '../observe/config-copies.ts';
import { belongsTo } from '../observe/ownership.ts';
import { configSecret } from '../render/config-secret.ts';
import { secretType } from '../resources.ts';
import { MovedOnError } from './moved-on.ts';
import type { ApplyContext } from './context.ts';
import { reclaim } from './name-taken.ts';

/** Makes the copy of the present configuration, and marks it as the one that came into use last. Nothing while none is valid. */
export async function ensureConfigCopy(context: ApplyContext): Promise<void> {
  const { caches, client, pool, observation, signal } = context;
  if (observation.config.state !== 'Valid') return;

  const { copy } = observation.config;
  const secrets = caches.configCopies.byIndex(byPool, `${pool.namespace}/${pool.name}`);
  const copies = configCopies(secrets.filter((secret) => belongsTo(secret, pool)));
  const newest = copies[0];
  if (newest?.metadata.name === copy) return;

  const sequence = { [annotations.sequence]: String((newest === undefined ? 0 : sequenceOf(newest)) + 1) };
  if (copies.some(({ metadata }) => metadata.name === copy)) {
    await client.mergePatch(
      secretType,
      { namespace: pool.namespace, name: copy },
      { metadata: { annotations: sequence } },
      { fieldManager, signal },
    );
    return;
  }
  await createCopy(context, copy, sequence);
}

async function createCopy(context: ApplyContext, copy: string, sequence: Record<string, string>): Promise<void> {
  const { client, pool, signal } = context;
  const value = await context.configValue();
  const secret = value && configSecret(pool, value);
  if (secret?.metadata.name !== copy) throw new MovedOnError('the configuration changed since it was checked');

  const annotated = { ...secret, metadata: { ...secret.metadata, annotations: sequence } };
  try {
    await client.create(secretType, annotated, { fieldManager, signal });
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
    await reclaim(client, pool, secretType, annotated, signal);
  }
}
