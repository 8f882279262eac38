/** The world is not what the plan was made from. Nothing failed: look again. */
export class MovedOnError extends Error {
  override readonly name = 'MovedOnError';
}
