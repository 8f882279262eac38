import { fieldManager, labels } from '../../api/identity.ts';
import { controllerOf } from '../../kube/apply/ownership.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { ForeignObject } from '../plan/observation.ts';

interface Pool {
  readonly name: string;
  readonly uid: string;
}

/**
 * Whether an object belongs to this pool: by its controller, or, when somebody removed that, by our labels. Anything else of the same
 * name is foreign, and is neither adopted nor changed; a child of a deleted pool of the same name too, until it is collected.
 */
export function belongsTo(object: KubeObject, pool: Pool): boolean {
  const controller = controllerOf(object);
  if (controller !== undefined) return controller.uid === pool.uid;

  const own = object.metadata.labels ?? {};
  return own[labels.pool] === pool.name && own['app.kubernetes.io/managed-by'] === fieldManager;
}

/** The object in words for a person who has to get it out of the way. */
export function describeForeign(object: KubeObject): ForeignObject {
  return { kind: object.kind, name: object.metadata.name, owner: ownerSentence(object) };
}

function ownerSentence(object: KubeObject): string {
  const controller = controllerOf(object);
  const release = object.metadata.annotations?.['meta.helm.sh/release-name'];
  const manager = object.metadata.labels?.['app.kubernetes.io/managed-by'];
  if (controller !== undefined) return `is owned by ${controller.kind} ${controller.name}`;
  if (release !== undefined) return `is owned by Helm release ${release}`;
  return manager === undefined ? 'has no owner' : `is managed by ${manager}`;
}
