import type { KubeObject } from '../object.ts';
import { compareResourceVersions } from '../resource-version.ts';
import type { AppliedIntent } from './applied-intents.ts';
import { contains } from './contains.ts';

export interface Comparison {
  readonly intent: KubeObject;
  readonly hash: string;
  /** As the cache has it, perhaps trimmed or metadata only. */
  readonly live: KubeObject;
  readonly applied: AppliedIntent | undefined;
  /** The annotation that holds the hash of the intent on the object, if one is kept. */
  readonly hashAnnotation: string | undefined;
}

/**
 * True when applying the intent would change nothing. Two things have to be known for that: every field of the intent has its value, and
 * nothing that an earlier intent of ours set was dropped since (the hash says so).
 */
export function isUpToDate(comparison: Comparison): boolean {
  const { applied, hash, hashAnnotation, intent, live } = comparison;
  if (applied === undefined || applied.uid !== live.metadata.uid) {
    // This process has not written the object yet: the annotation tells what the one before did.
    return (
      hashAnnotation !== undefined &&
      live.metadata.annotations?.[hashAnnotation] === hash &&
      contains(live, fieldsOf(intent))
    );
  }
  if (applied.hash !== hash) return false;

  const order = compareResourceVersions(live.metadata.resourceVersion ?? '', applied.resourceVersion);
  // The cache shows what we wrote, or is behind it: nobody has changed it since, as far as anybody can know.
  if (order !== undefined && order <= 0) return true;
  return contains(live, fieldsOf(intent)) || onlyStatusMoved(applied, live, intent);
}

/** Without apiVersion and kind, which the items of a list do not repeat. */
function fieldsOf(intent: KubeObject): Omit<KubeObject, 'apiVersion' | 'kind'> {
  const { apiVersion: _apiVersion, kind: _kind, ...fields } = intent;
  return fields;
}

/** For caches that do not keep the spec: the generation counts its changes. */
function onlyStatusMoved(applied: AppliedIntent, live: KubeObject, intent: KubeObject): boolean {
  const coveredByGeneration = Object.keys(fieldsOf(intent)).every((field) => field === 'metadata' || field === 'spec');
  return (
    coveredByGeneration &&
    applied.generation !== undefined &&
    applied.generation === live.metadata.generation &&
    contains(live.metadata, intent.metadata)
  );
}
