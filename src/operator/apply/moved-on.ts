import { isConflict, isNotFound, isOtherUid } from '../../kube/errors.ts';

/** The world is not what the plan was made from. Nothing failed: look again. */
export class MovedOnError extends Error {
  override readonly name = 'MovedOnError';
}

/** The object that a write was meant for is gone, changed, or another one by now. */
export function isGoneOrChanged(error: unknown): boolean {
  return isConflict(error) || isNotFound(error) || isOtherUid(error);
}
