import { isConflict, isNotFound, KubeError } from '../../kube/errors.ts';

/** The world is not what the plan was made from. Nothing failed: look again. */
export class MovedOnError extends Error {
  override readonly name = 'MovedOnError';
}

/**
 * The object that a write was meant for is gone, changed, or another one by now. A patch with the uid of an earlier object is answered
 * by 422 on `metadata.uid`, not by 409.
 */
export function isGoneOrChanged(error: unknown): boolean {
  const isOther =
    error instanceof KubeError && error.status === 422 && error.causes.some(({ field }) => field === 'metadata.uid');
  return isOther || isConflict(error) || isNotFound(error);
}
