import type { FieldSection } from './field-section.ts';
import { listMembers } from './field-values.ts';

/**
 * What both sides speak behind this 101: the protocols that it names, in lower case. Undefined when it names none, or one that was not
 * offered: RFC 9110 §7.8 forbids that, and its client would take for one protocol what is another.
 * @param offered what the client asked for, as in Upgrade
 */
export function switchedProtocol(fields: FieldSection, bytes: Buffer, offered: string): string | undefined {
  if (!fields.upgrade || !fields.upgradeOption) return undefined;
  const all = new Set(listMembers(offered));
  const named = fields.upgradeValues(bytes).flatMap((value) => listMembers(value));
  return named.length > 0 && named.every((protocol) => all.has(protocol)) ? named.join(', ') : undefined;
}
