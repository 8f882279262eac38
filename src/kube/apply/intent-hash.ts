import { createHash } from 'node:crypto';
import type { KubeObject } from '../object.ts';

/** Equal for equal intents, whatever the order of their keys. Fields that are undefined count as absent, as in JSON. */
export function intentHash(intent: KubeObject): string {
  return createHash('sha256').update(JSON.stringify(intent, sortKeys)).digest('base64url').slice(0, 22);
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
