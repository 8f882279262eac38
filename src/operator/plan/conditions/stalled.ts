import { describeFieldErrors } from '../../../api/field-error.ts';
import type { ForeignObject, Refusal } from '../observation.ts';
import type { Picture } from '../picture.ts';
import { describeFailure } from './revision-failed.ts';
import type { Verdict } from './verdict.ts';
import { verdict } from './verdict.ts';

/** Abnormal when True: only a person can help. Everything that can go on does. */
export function stalled(picture: Picture): Verdict {
  const { conflicts, refusals, pool, config, tls } = picture.observation;
  const byTemplate = refusals.find(({ by }) => by === 'TemplateRules');
  const problems = [
    ...refusals.map(describeRefusal),
    ...conflicts.map((conflict) => describeConflict(conflict, pool)),
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

  const failure = describeFailure(picture);
  if (failure !== undefined) return verdict('Stalled', 'RevisionFailed', failure.message);
  const awaited = [
    ...(config.state === 'Valid' ? [] : ['the configuration is valid; see ConfigValid']),
    ...(tls.state === 'Invalid' ? ['the Secrets of the listeners are valid; see TLSValid'] : []),
  ];
  const message =
    awaited.length === 0
      ? 'nothing stands in the way'
      : `the operator goes on by itself as soon as ${awaited.join(' and ')}`;
  return verdict('Stalled', 'NotStalled', message);
}

function describeRefusal({ object, by, errors }: Refusal): string {
  const what = by === 'ApiServer' ? `the API server refused ${object}` : `${object} cannot be made`;
  return `${what}: ${describeFieldErrors(errors)}`;
}

/** Note: what another pool owns must not be deleted, it would come back; what a deleted pool of this name left goes by itself. */
function describeConflict({ kind, name, owner }: ForeignObject, pool: Picture['observation']['pool']): string {
  const what = `${kind} ${pool.namespace}/${name} has a name that this pool needs, and ${owner}. It is left alone: `;
  const [, other] = /^is owned by GatewayPool (.+)$/u.exec(owner) ?? [];
  if (other === undefined) return `${what}delete or rename it, or give the pool another name`;
  return other === pool.name
    ? `${what}an earlier pool of this name owned it, and Kubernetes removes it`
    : `${what}give one of the two pools another name`;
}
