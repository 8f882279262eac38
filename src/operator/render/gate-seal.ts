import { createHmac } from 'node:crypto';
import type { Gate } from '../plan/gate.ts';
import { canonicalJson } from './canonical-json.ts';

/**
 * Tells a gate that an operator wrote from one that somebody edited by hand, or copied from another pool. No secret: it guards
 * against a slip, and who may write the ConfigMap may delete the pool as well.
 */
export function gateSeal(poolUid: string, gate: Gate): string {
  return createHmac('sha256', poolUid).update(canonicalJson(gate)).digest('hex').slice(0, 16);
}
