import { annotations, fieldManager } from '../../api/identity.ts';
import type { KubeObject, ManagedFieldsEntry, OwnerReference } from '../../kube/object.ts';
import { isRecord } from '../../kube/json.ts';
import type { ObservedDeployment } from '../plan/observation.ts';
import type { RenderedPool } from '../render/pool.ts';
import { childLabels, ownerReference } from '../render/pool.ts';
import { slotSettings } from '../render/slot-deployment.ts';
import type { PodSpecReferences } from './config-reference.ts';
import { configCopyOf } from './config-reference.ts';
import { defined } from './defined.ts';

/** A slot's Deployment in the cache: metadata and settings, and of the pod template only what tells which one it is. */
export interface WatchedDeployment extends KubeObject {
  spec?: {
    replicas?: number;
    revisionHistoryLimit?: number;
    progressDeadlineSeconds?: number;
    strategy?: { type?: string };
    template?: { metadata?: { annotations?: Record<string, string> }; spec?: PodSpecReferences };
  };
  status?: { conditions?: { type: string; status: string; message?: string }[] };
  /** Fields of the pod template that others have set, as they were in `metadata.managedFields`. */
  foreignTemplateFields?: unknown[];
}

/** Drops the pod template, which is most of the object. */
export function trimDeployment(deployment: WatchedDeployment): WatchedDeployment {
  const { replicas, revisionHistoryLimit, progressDeadlineSeconds, strategy, template } = deployment.spec ?? {};
  const { managedFields, annotations: _annotations, ...metadata } = deployment.metadata;
  const revision = template?.metadata?.annotations?.[annotations.revision];
  const copy = configCopyOf(template?.spec);
  const foreign = foreignTemplateFields(managedFields ?? []);
  const failures = deployment.status?.conditions?.filter(({ type }) => type === 'ReplicaFailure') ?? [];
  return {
    apiVersion: deployment.apiVersion,
    kind: deployment.kind,
    metadata,
    spec: {
      ...defined({ replicas, revisionHistoryLimit, progressDeadlineSeconds }),
      ...(strategy?.type === undefined ? {} : { strategy: { type: strategy.type } }),
      template: {
        metadata: { annotations: revision === undefined ? {} : { [annotations.revision]: revision } },
        ...(copy === undefined ? {} : { spec: { volumes: [{ secret: { secretName: copy } }] } }),
      },
    },
    ...(failures.length === 0 ? {} : { status: { conditions: failures } }),
    ...(foreign.length === 0 ? {} : { foreignTemplateFields: foreign }),
  };
}

function foreignTemplateFields(entries: readonly ManagedFieldsEntry[]): unknown[] {
  return entries
    .filter(({ manager, subresource }) => manager !== fieldManager && (subresource ?? '') === '')
    .map(({ fieldsV1 }) => below(below(fieldsV1, 'f:spec'), 'f:template'))
    .filter((fields) => fields !== undefined);
}

function below(fields: unknown, step: string): unknown {
  return isRecord(fields) ? fields[step] : undefined;
}

/** What a plan needs to know of the Deployment. `isTemplateDrift` is asked only when others have set fields of the template. */
export function observeDeployment(
  deployment: WatchedDeployment,
  pool: RenderedPool,
  slot: string,
  isTemplateDrift: (foreignFields: readonly unknown[]) => boolean,
): ObservedDeployment {
  const { metadata, spec, foreignTemplateFields: foreign } = deployment;
  return {
    uid: metadata.uid ?? '',
    resourceVersion: metadata.resourceVersion ?? '',
    replicas: spec?.replicas ?? 1,
    revision: spec?.template?.metadata?.annotations?.[annotations.revision] ?? '',
    deleting: metadata.deletionTimestamp !== undefined,
    drift: driftOf(deployment, pool, slot),
    templateDrift: foreign !== undefined && isTemplateDrift(foreign),
    configCopy: configCopyOf(spec?.template?.spec),
  };
}

/** Replicas are not among it: a plan says more of them. */
function driftOf({ metadata, spec }: WatchedDeployment, pool: RenderedPool, slot: string): string[] {
  const labels = Object.entries(childLabels(pool, slot))
    .filter(([name, value]) => metadata.labels?.[name] !== value)
    .map(([name]) => `label ${name}`);
  const settings = (['revisionHistoryLimit', 'progressDeadlineSeconds'] as const).filter(
    (name) => spec?.[name] !== slotSettings[name],
  );
  const strategy = spec?.strategy?.type === slotSettings.strategy.type ? [] : ['strategy'];
  const owner = ownerReference(pool);
  const owned = metadata.ownerReferences?.some((reference) => isSameOwner(reference, owner)) === true;
  return [...labels, ...settings, ...strategy, ...(owned ? [] : ['ownerReferences'])];
}

function isSameOwner(left: OwnerReference, right: OwnerReference): boolean {
  return (
    left.uid === right.uid &&
    left.controller === right.controller &&
    left.blockOwnerDeletion === right.blockOwnerDeletion
  );
}
