import { annotations, fieldManager, requests } from '../../api/identity.ts';
import type { KubeObject, ManagedFieldsEntry, OwnerReference } from '../../kube/object.ts';
import { isRecord } from '../../kube/json.ts';
import type { ObservedDeployment } from '../plan/observation.ts';
import type { RenderedPool } from '../render/pool.ts';
import { childLabels, ownerReference } from '../render/pool.ts';
import { slotSettings } from '../render/slot-deployment.ts';
import type { PodSpecReferences } from './config-reference.ts';
import { configCopyOf } from './config-reference.ts';
import { defined } from './defined.ts';
import { readGoodRevision } from './good-revision.ts';

/** A slot's Deployment in the cache: metadata and settings, and of the pod template only what tells which one it is. */
export interface WatchedDeployment extends KubeObject {
  spec?: {
    replicas?: number;
    revisionHistoryLimit?: number;
    progressDeadlineSeconds?: number;
    minReadySeconds?: number;
    strategy?: { type?: string };
    template?: { metadata?: { annotations?: Record<string, string> }; spec?: PodSpecReferences };
  };
  status?: {
    observedGeneration?: number;
    updatedReplicas?: number;
    availableReplicas?: number;
    conditions?: { type: string; status: string; message?: string }[];
  };
  /** Fields of the pod template that others have set, as they were in `metadata.managedFields`. */
  foreignTemplateFields?: unknown[];
  /** Settings that others have written last, as `metadata.managedFields` tells. */
  foreignSettings?: string[];
}

/** Drops the pod template, which is most of the object. */
export function trimDeployment(deployment: WatchedDeployment): WatchedDeployment {
  const { replicas, revisionHistoryLimit, progressDeadlineSeconds, minReadySeconds, strategy, template } =
    deployment.spec ?? {};
  const { managedFields, annotations: noted, ...metadata } = deployment.metadata;
  const revision = template?.metadata?.annotations?.[annotations.revision];
  const copy = configCopyOf(template?.spec);
  const foreign = foreignTemplateFields(managedFields ?? []);
  const settings = foreignSettings(managedFields ?? []);
  const { observedGeneration, updatedReplicas, availableReplicas } = deployment.status ?? {};
  const failures = deployment.status?.conditions?.filter(({ type }) => type === 'ReplicaFailure') ?? [];
  return {
    apiVersion: deployment.apiVersion,
    kind: deployment.kind,
    metadata: { ...metadata, ...readAnnotations(noted) },
    spec: {
      ...defined({ replicas, revisionHistoryLimit, progressDeadlineSeconds, minReadySeconds }),
      ...(strategy?.type === undefined ? {} : { strategy: { type: strategy.type } }),
      template: {
        metadata: { annotations: revision === undefined ? {} : { [annotations.revision]: revision } },
        ...(copy === undefined ? {} : { spec: { volumes: [{ secret: { secretName: copy } }] } }),
      },
    },
    status: {
      ...defined({ observedGeneration, updatedReplicas, availableReplicas }),
      ...(failures.length === 0 ? {} : { conditions: failures }),
    },
    ...(foreign.length === 0 ? {} : { foreignTemplateFields: foreign }),
    ...(settings.length === 0 ? {} : { foreignSettings: settings }),
  };
}

/** Annotations of a slot's Deployment that a plan depends on. */
const noticed: readonly string[] = [annotations.lastGood, annotations.failedRevision, requests.stop];

function readAnnotations(all: Record<string, string> = {}): { annotations?: Record<string, string> } {
  const read = Object.entries(all).filter(([name]) => noticed.includes(name));
  return read.length === 0 ? {} : { annotations: Object.fromEntries(read) };
}

function foreignTemplateFields(entries: readonly ManagedFieldsEntry[]): unknown[] {
  return foreignSpecFields(entries)
    .map((fields) => below(fields, 'f:template'))
    .filter((fields) => fields !== undefined);
}

/** Settings that come from the pool, or with a release of the operator: they differ after a change there, and after an edit here. */
const settingsOfThePool = ['revisionHistoryLimit', 'progressDeadlineSeconds', 'minReadySeconds'] as const;

/** Note: a write that changes a value takes its field from all other owners, so whoever owns it wrote the value that it has now. */
function foreignSettings(entries: readonly ManagedFieldsEntry[]): string[] {
  const fields = foreignSpecFields(entries);
  return settingsOfThePool.filter((name) => fields.some((owned) => below(owned, `f:${name}`) !== undefined));
}

function foreignSpecFields(entries: readonly ManagedFieldsEntry[]): unknown[] {
  return entries
    .filter(({ manager, subresource }) => manager !== fieldManager && (subresource ?? '') === '')
    .map(({ fieldsV1 }) => below(fieldsV1, 'f:spec'));
}

function below(fields: unknown, step: string): unknown {
  return isRecord(fields) ? fields[step] : undefined;
}

/** What tells a pod template that is not as it should be. */
export interface TemplateChecks {
  /** Asked only when others have set fields of the template. */
  readonly isDrift: (slot: string, foreignFields: readonly unknown[]) => boolean;
  /** The revision of an instance that starts now, were this its copy of the configuration. */
  readonly revisionWith: (configCopy: string) => string;
}

/** What a plan needs to know of the Deployment. */
export function observeDeployment(
  deployment: WatchedDeployment,
  pool: RenderedPool,
  slot: string,
  { isDrift, revisionWith }: TemplateChecks,
): ObservedDeployment {
  const { metadata, spec, foreignTemplateFields: foreign, foreignSettings: settings = [] } = deployment;
  const drift = driftOf(deployment, pool, slot);
  const revision = spec?.template?.metadata?.annotations?.[annotations.revision] ?? '';
  const configCopy = configCopyOf(spec?.template?.spec);
  return {
    uid: metadata.uid ?? '',
    resourceVersion: metadata.resourceVersion ?? '',
    replicas: spec?.replicas ?? 1,
    revision,
    deleting: metadata.deletionTimestamp !== undefined,
    drift,
    editedSettings: drift.filter((what) => settings.includes(what)),
    templateDrift: foreign !== undefined && isDrift(slot, foreign),
    configCopy,
    differsBesidesConfig: configCopy === undefined || revisionWith(configCopy) !== revision,
    available: isAvailable(deployment),
    updated: isUpdated(deployment),
    lastGood: readGoodRevision(metadata.annotations?.[annotations.lastGood]),
    failedRevision: metadata.annotations?.[annotations.failedRevision],
    stopRequested: metadata.annotations?.[requests.stop] !== undefined,
  };
}

function isAvailable(deployment: WatchedDeployment): boolean {
  const { updatedReplicas, availableReplicas } = deployment.status ?? {};
  return isUpdated(deployment) && updatedReplicas === 1 && availableReplicas === 1;
}

/** Of the very spec that the Deployment has now: a status that is older than it speaks of another template. */
function isUpdated({ metadata, status }: WatchedDeployment): boolean {
  const isCurrent = metadata.generation !== undefined && status?.observedGeneration === metadata.generation;
  return isCurrent && (status?.updatedReplicas ?? 0) > 0;
}

/** Replicas are not among it: a plan says more of them. */
function driftOf({ metadata, spec }: WatchedDeployment, pool: RenderedPool, slot: string): string[] {
  const labels = Object.entries(childLabels(pool, slot))
    .filter(([name, value]) => metadata.labels?.[name] !== value)
    .map(([name]) => `label ${name}`);
  const wanted = slotSettings(pool);
  const settings = settingsOfThePool.filter(
    // The API server leaves a 0 out.
    (name) => (spec?.[name] ?? 0) !== wanted[name],
  );
  const strategy = spec?.strategy?.type === wanted.strategy.type ? [] : ['strategy'];
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
