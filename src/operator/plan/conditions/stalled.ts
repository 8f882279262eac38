import { describeFieldErrors } from '../../../api/field-error.ts';
import type { ForeignObject, Refusal } from '../observation.ts';
import type { Picture } from '../picture.ts';
import type { Verdict } from './verdict.ts';
import { verdict } from './verdict.ts';

/** Abnormal when True: only a person can help. Everything that can go on does. */
export function stalled({ observation }: Picture): Verdict {
  const { conflicts, refusals, pool } = observation;
  const byTemplate = refusals.find(({ by }) => by === 'TemplateRules');
  const problems = [
    ...refusals.map(describeRefusal),
    ...conflicts.map((conflict) => describeConflict(conflict, pool.namespace)),
  ].join('; ');

  if (byTemplate !== undefined)
    return verdict('Stalled', 'TemplateRefused', `${problems}. Correct spec.template; running instances go on`);
  if (refusals.length > 0) {
    return verdict(
      'Stalled',
      'ObjectRefused',
      `${problems}. Correct the pool or what refuses it; running instances go on`,
    );
  }
  if (conflicts.length > 0) return verdict('Stalled', 'NameTaken', problems);
  return verdict('Stalled', 'NotStalled', 'nothing waits for a person');
}

function describeRefusal({ object, by, errors }: Refusal): string {
  const what = by === 'ApiServer' ? `the API server refused ${object}` : `${object} cannot be made`;
  return `${what}: ${describeFieldErrors(errors)}`;
}

function describeConflict({ kind, name, owner }: ForeignObject, namespace: string): string {
  return `${kind} ${namespace}/${name} has a name that this pool needs, and ${owner}. It is left alone: delete or rename it, or give the pool another name`;
}
