import { annotations } from '../../api/identity.ts';
import type { KubeObject } from '../../kube/object.ts';
import { configCopyName, isConfigCopyName } from '../names.ts';
import type { ConfigCheck } from '../plan/observation.ts';
import type { CheckedConfig } from './config-reader.ts';

/** The copies among a pool's Secrets, the one that came into use last first. */
export function configCopies(secrets: readonly KubeObject[]): KubeObject[] {
  const copies = secrets.filter(
    ({ metadata }) => isConfigCopyName(metadata.name) && metadata.deletionTimestamp === undefined,
  );
  return copies.sort((left, right) => sequenceOf(right) - sequenceOf(left) || compareNames(left, right));
}

/**
 * When this copy came into use, as a number that grows from copy to copy. Not its age: after a rotation is undone, the older copy is
 * the one in use.
 */
export function sequenceOf(copy: KubeObject): number {
  const sequence = Number(copy.metadata.annotations?.[annotations.sequence] ?? 0);
  return Number.isSafeInteger(sequence) ? sequence : 0;
}

/** What a plan needs to know of the configuration. */
export function configCheck(pool: string, checked: CheckedConfig, copies: readonly KubeObject[]): ConfigCheck {
  if (checked.valid) return { state: 'Valid', copy: configCopyName(pool, checked.hash) };

  const { reason, message } = checked;
  return { state: 'Invalid', reason, message, lastGoodCopy: copies[0]?.metadata.name };
}

/** The hash in the name of a copy. */
export function hashOfCopy(name: string): string {
  return name.slice(-10);
}

function compareNames(left: KubeObject, right: KubeObject): number {
  return left.metadata.name < right.metadata.name ? -1 : 1;
}
