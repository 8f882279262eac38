import { createHmac } from 'node:crypto';
import { canonicalJson } from '../../kube/canonical-json.ts';

/**
 * Tells a gate that an operator wrote from one that somebody edited by hand, or copied from another pool. No secret: it guards
 * against a slip, and who may write the ConfigMap may delete the pool as well.
 *
 * @param gate all that is written but the seal, fields of other versions of the operator too
 */
export function gateSeal(poolUid: string, gate: object): string {
  return createHmac('sha256', poolUid).update(canonicalJson(gate)).digest('hex').slice(0, 16);
}
