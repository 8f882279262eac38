import { isRecord } from '../kube/json.ts';
import type { FieldError } from './field-error.ts';
import { fieldPath } from './field-error.ts';
import { gatewayContainerName } from './pod-names.ts';

type Path = readonly (string | number)[];

/** Lists that the operator has elements of its own in. */
const sharedLists = ['containers', 'initContainers', 'volumes'];

/**
 * Directives of a strategic merge patch that would take the operator's own part away, or that the overlay does not know
 * (https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/).
 */
export function directiveRefusals(template: Record<string, unknown>, at: Path): FieldError[] {
  return [...unknownDirectives(template, at), ...replacedParts(template, at)];
}

function unknownDirectives(value: unknown, at: Path): FieldError[] {
  if (Array.isArray(value)) {
    return value.flatMap((element: unknown, index) => unknownDirectives(element, [...at, index]));
  }
  if (!isRecord(value)) return [];

  return Object.entries(value).flatMap(([key, member]) => {
    const where = [...at, key];
    if (!key.startsWith('$')) return unknownDirectives(member, where);
    const isKnown = key === '$patch' && (member === 'delete' || member === 'replace');
    return isKnown
      ? []
      : [{ field: fieldPath(where), message: 'only "$patch: delete" and "$patch: replace" are known here' }];
  });
}

function replacedParts(template: Record<string, unknown>, at: Path): FieldError[] {
  const spec = isRecord(template['spec']) ? template['spec'] : {};
  const whole = [
    { part: template, where: at },
    { part: template['metadata'], where: [...at, 'metadata'] },
    { part: spec, where: [...at, 'spec'] },
  ].filter(({ part }) => isRecord(part) && part['$patch'] !== undefined);

  const elements = sharedLists.flatMap((list) =>
    (Array.isArray(spec[list]) ? spec[list] : []).flatMap((element: unknown, index) =>
      takesOursAway(element) ? [{ where: [...at, 'spec', list, index] }] : [],
    ),
  );
  return [...whole, ...elements].map(({ where }) => ({
    field: fieldPath([...where, '$patch']),
    message: 'it would take away what the operator puts there; remove the directive',
  }));
}

function takesOursAway(element: unknown): boolean {
  if (!isRecord(element)) return false;
  return (
    element['$patch'] === 'replace' || (element['$patch'] === 'delete' && element['name'] === gatewayContainerName)
  );
}
