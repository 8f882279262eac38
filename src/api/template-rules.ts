import { isRecord } from '../kube/json.ts';
import type { DrainSettings } from './drain-settings.ts';
import { hookMissing } from './drain-settings.ts';
import { containerRefusals, hasStopHook } from './container-rules.ts';
import type { FieldError } from './field-error.ts';
import { fieldPath } from './field-error.ts';
import { group } from './identity.ts';
import { directiveRefusals } from './patch-directives.ts';
import { ownVolumePrefix } from './pod-names.ts';
import { podRules } from './pod-template.ts';

const ownLabels = ['app.kubernetes.io/name', 'app.kubernetes.io/instance', 'app.kubernetes.io/managed-by'];

/**
 * What a user's template must not say, because a guarantee rests on it: the sidecar and its token, the identity of a slot, the way a
 * gateway ends. The CRD refuses the pod's own fields already; this finds those again, and what CEL cannot see, inside containers.
 *
 * @param template `spec.template` as the user wrote it.
 * @param hook `spec.drain.hook`: whose preStop hook the gateway has
 */
export function templateRefusals(template: unknown, hook: DrainSettings['hook']): FieldError[] {
  const overlay = isRecord(template) ? template : {};
  const { metadata, spec } = overlay;
  const at = ['spec', 'template'];
  return [
    ...hookRefusals(spec, hook),
    ...directiveRefusals(overlay, at),
    ...metadataRefusals(metadata, [...at, 'metadata']),
    ...(isRecord(spec) ? podRefusals(spec, [...at, 'spec'], hook) : []),
  ];
}

function hookRefusals(spec: unknown, hook: DrainSettings['hook']): FieldError[] {
  const hasHook = isRecord(spec) && hasStopHook(spec['containers']);
  return hook === 'Sidecar' || hasHook ? [] : [{ field: 'spec.drain.hook', message: hookMissing }];
}

function metadataRefusals(metadata: unknown, at: readonly string[]): FieldError[] {
  if (!isRecord(metadata)) return [];

  return ['labels', 'annotations'].flatMap((field) =>
    Object.keys(isRecord(metadata[field]) ? metadata[field] : {})
      .filter((key) => key.startsWith(`${group}/`) || ownLabels.includes(key))
      .map((key) => ({
        field: fieldPath([...at, field, key]),
        message: 'this key belongs to the operator; remove it, or use a key of your own',
      })),
  );
}

function podRefusals(spec: Record<string, unknown>, at: readonly string[], hook: DrainSettings['hook']): FieldError[] {
  const fields = podRules
    .filter(({ holds }) => !holds(spec))
    .map(({ at: member, message }) => ({ field: `${fieldPath(at)}${member ?? ''}`, message }));

  return [...fields, ...containerRefusals(spec, at, hook), ...volumeRefusals(spec['volumes'], [...at, 'volumes'])];
}

function volumeRefusals(volumes: unknown, at: readonly string[]): FieldError[] {
  if (!Array.isArray(volumes)) return [];

  return volumes.flatMap((volume: unknown, index) =>
    isRecord(volume) && typeof volume['name'] === 'string' && volume['name'].startsWith(ownVolumePrefix)
      ? [
          {
            field: fieldPath([...at, index, 'name']),
            message: `names that begin with ${ownVolumePrefix} belong to the operator; choose another name`,
          },
        ]
      : [],
  );
}
