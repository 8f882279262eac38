import { z } from 'zod';
import { getJson } from './kubectl.ts';

const Events = z.object({ items: z.array(z.object({ note: z.string().default('') })) });

/** The sentences of all Events with this reason in a namespace. */
export async function notesOf(namespace: string, reason: string): Promise<readonly string[]> {
  const fields = `--field-selector=reason=${reason}`;
  const { items } = await getJson(Events, ['events.events.k8s.io', '-n', namespace, fields]);
  return items.map(({ note }) => note);
}
