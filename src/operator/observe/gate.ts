import { parseDocument } from 'yaml';
import { seatsKey } from '../../balancer/seat/seats.ts';
import type { ObservedGate } from '../plan/gate.ts';
import { Gate } from '../plan/gate.ts';
import { fieldErrorsOf, describeFieldErrors } from '../../api/field-error.ts';
import type { WatchedConfigMap } from './caches.ts';

/** Reads the start gate from its ConfigMap. What cannot be read is told, never guessed. */
export function observeGate(
  configMap: WatchedConfigMap | undefined,
  ageMilliseconds: (configMap: WatchedConfigMap) => number,
): ObservedGate | undefined {
  if (configMap === undefined) return undefined;

  const { uid = '', resourceVersion = '' } = configMap.metadata;
  const parsed = parseGate(configMap.data?.[seatsKey]);
  return 'gate' in parsed
    ? { readable: true, gate: parsed.gate, uid, resourceVersion, ageMilliseconds: ageMilliseconds(configMap) }
    : { readable: false, problem: parsed.problem, uid, resourceVersion };
}

function parseGate(text: string | undefined): { readonly gate: Gate } | { readonly problem: string } {
  if (text === undefined) return { problem: `it has no key "${seatsKey}"` };

  const document = parseDocument(text);
  const fault = document.errors[0];
  if (fault !== undefined) return { problem: fault.message.split('\n')[0] ?? fault.code };

  const parsed = Gate.safeParse(document.toJS());
  if (parsed.success) return { gate: parsed.data };

  const errors = fieldErrorsOf(parsed.error).map(({ field, message }) => ({
    field: field === '' ? seatsKey : field,
    message,
  }));
  return { problem: describeFieldErrors(errors) };
}
