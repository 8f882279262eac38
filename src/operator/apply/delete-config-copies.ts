import type { DeleteConfigCopies } from '../plan/actions.ts';
import { secretType } from '../resources.ts';
import type { ApplyContext } from './context.ts';
import { isGoneOrChanged } from './moved-on.ts';

/** Deletes copies that nothing refers to. One that was made anew meanwhile is another object, and stays. */
export async function deleteConfigCopies(context: ApplyContext, { names }: DeleteConfigCopies): Promise<void> {
  const { caches, client, pool, signal } = context;
  for (const name of names) {
    const uid = caches.configCopies.get(`${pool.namespace}/${name}`)?.metadata.uid;
    if (uid === undefined) continue;
    try {
      await client.delete(secretType, { namespace: pool.namespace, name }, { preconditions: { uid }, signal });
    } catch (error) {
      if (!isGoneOrChanged(error)) throw error;
    }
  }
}
