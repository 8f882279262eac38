import { isRecord } from '../../kube/json.ts';
import type { Sessions } from '../config/schema.ts';
import { getText } from '../transport/get-text.ts';

/** A gateway that takes longer does not know. */
const deadlineMilliseconds = 1000;
const maxBytes = 65_536;

/**
 * The number of sessions that the gateway itself says.
 * @throws Error that says why there is no number
 */
export async function askGateway({ port, path, field }: NonNullable<Sessions['http']>): Promise<number> {
  const text = await getText({ address: '127.0.0.1', port, path, deadlineMilliseconds, maxBytes });
  return numberAt(text, field);
}

/**
 * @param field such as `sessions.active`
 * @throws Error when the text is no JSON, or has no whole number from 0 up in that place
 */
export function numberAt(text: string, field: string): number {
  const value = field.split('.').reduce<unknown>((inner, name) => memberOf(inner, name), jsonOf(text));
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new Error(`field ${field} of the answer is no whole number from 0 up`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('the answer is no JSON');
  }
}

function memberOf(value: unknown, name: string): unknown {
  return isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}
