import { isConflict } from '../errors.ts';
import { type Result, TerminalError } from './reconciler.ts';

/** What the loop does with a key after a reconcile, in controller-runtime's words for the `result` label. */
export type Outcome =
  | { readonly result: 'success' }
  | { readonly result: 'requeue_after'; readonly milliseconds: number }
  | { readonly result: 'requeue'; readonly conflict: boolean }
  | { readonly result: 'error'; readonly error: unknown; readonly terminal: boolean; readonly panic: boolean };

/** A reconcile that returned. */
export function outcomeOf(result: Result): Outcome {
  if (result === undefined) return { result: 'success' };
  if ('requeueSoon' in result) return { result: 'requeue', conflict: false };
  return { result: 'requeue_after', milliseconds: result.requeueAfterMilliseconds };
}

/** A reconcile that threw. */
export function outcomeOfError(error: unknown): Outcome {
  // Somebody else wrote between our read and our write: everyday life, and the next try reads first.
  if (isConflict(error)) return { result: 'requeue', conflict: true };
  return { result: 'error', error, terminal: error instanceof TerminalError, panic: isPanic(error) };
}

/** The nearest thing to Go's panic: a mistake in the program, not a condition of the world. */
function isPanic(error: unknown): boolean {
  return (
    !(error instanceof Error) ||
    error instanceof TypeError ||
    error instanceof RangeError ||
    error instanceof ReferenceError ||
    error instanceof SyntaxError
  );
}
