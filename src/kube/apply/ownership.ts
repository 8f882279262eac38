import { keyOf, type KubeObject, type OwnerReference } from '../object.ts';

/** An object has the name that we need, and is not ours: it is never changed. The message says what a person can do. */
export class ForeignObjectError extends Error {
  override readonly name = 'ForeignObjectError';
  /** `Garbage`: it belonged to an earlier owner of the same name and goes away by itself. */
  readonly code: 'Unowned' | 'OwnedByOther' | 'Garbage';
  readonly kind: string;
  /** `namespace/name`. */
  readonly key: string;

  constructor(message: string, fields: { code: ForeignObjectError['code']; kind: string; key: string }) {
    super(message);
    this.code = fields.code;
    this.kind = fields.kind;
    this.key = fields.key;
  }
}

/** The owner that manages the object; there is at most one. */
export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((reference) => reference.controller === true);
}

/** True when the owner of this uid manages the object. Names do not count: a namesake may be anybody's. */
export function ownedBy(object: KubeObject, ownerUid: string): boolean {
  return controllerOf(object)?.uid === ownerUid;
}

/** @throws ForeignObjectError unless `live` is managed by `owner` */
export function assertOwned(live: KubeObject, owner: OwnerReference): void {
  if (ownedBy(live, owner.uid)) return;

  const what = `${live.kind} ${keyOf(live)}`;
  const wanted = `${owner.kind} ${owner.name}`;
  const fields = { kind: live.kind, key: keyOf(live) };
  const holder = controllerOf(live);
  if (holder === undefined) {
    throw new ForeignObjectError(
      `${what} exists and is not controlled by ${wanted}, so it was left alone; delete or rename it, or give ${wanted} another name`,
      { code: 'Unowned', ...fields },
    );
  }
  if (holder.kind === owner.kind && holder.name === owner.name) {
    throw new ForeignObjectError(
      `${what} belongs to an earlier ${wanted} that was deleted; it will be created again when garbage collection has removed it`,
      { code: 'Garbage', ...fields },
    );
  }
  throw new ForeignObjectError(
    `${what} is controlled by ${holder.kind} ${holder.name}, so it was left alone; give ${wanted} another name`,
    { code: 'OwnedByOther', ...fields },
  );
}
