import { createHash } from 'node:crypto';
import { canonicalJson } from '../canonical-json.ts';
import type { KubeObject } from '../object.ts';

/** Equal for equal intents, whatever the order of their keys. Fields that are undefined count as absent, as in JSON. */
export function intentHash(intent: KubeObject): string {
  return createHash('sha256').update(canonicalJson(intent)).digest('base64url').slice(0, 22);
}
