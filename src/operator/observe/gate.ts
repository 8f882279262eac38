import { seatsKey } from '../../balancer/seat/seats.ts';
import { readYaml } from '../../balancer/yaml/read-yaml.ts';
import { isRecord } from '../../kube/json.ts';
import type { ObservedGate } from '../plan/gate.ts';
import { Gate } from '../plan/gate.ts';
import { fieldErrorsOf, describeFieldErrors } from '../../api/field-error.ts';
import { gateSeal } from '../render/gate-seal.ts';
import type { WatchedConfigMap } from './caches.ts';

/**
 * Reads the start gate from its ConfigMap. What cannot be read is told, never guessed; nor is a gate trusted that somebody edited by
 * hand: a slot that is struck out of it would count as one that never ran a gateway.
 */
export function observeGate(
  configMap: WatchedConfigMap | undefined,
  poolUid: string,
  ageMilliseconds: (configMap: WatchedConfigMap) => number,
): ObservedGate | undefined {
  if (configMap === undefined) return undefined;

  const { uid = '', resourceVersion = '' } = configMap.metadata;
  const parsed = parseGate(configMap.data?.[seatsKey], poolUid);
  return 'gate' in parsed
    ? { readable: true, gate: parsed.gate, uid, resourceVersion, ageMilliseconds: ageMilliseconds(configMap) }
    : { readable: false, problem: parsed.problem, uid, resourceVersion };
}

function parseGate(text: string | undefined, poolUid: string): { readonly gate: Gate } | { readonly problem: string } {
  if (text === undefined) return { problem: `it has no key "${seatsKey}"` };

  const yaml = readYaml(text);
  if (!yaml.ok) return yaml;

  const parsed = Gate.safeParse(yaml.value);
  if (parsed.success) {
    return isSealed(yaml.value, poolUid) ? { gate: parsed.data } : { problem: 'it is not as an operator wrote it' };
  }

  const errors = fieldErrorsOf(parsed.error).map(({ field, message }) => ({
    field: field === '' ? seatsKey : field,
    message,
  }));
  return { problem: describeFieldErrors(errors) };
}

/** Note: over what is written, not over what we understand of it: an operator of another version may have more fields. */
function isSealed(value: unknown, poolUid: string): boolean {
  if (!isRecord(value)) return false;
  const { seal, ...written } = value;
  return seal === gateSeal(poolUid, written);
}
