/** The key was reconciled; come back after so long even if nothing changes. */
export interface RequeueAfter {
  readonly requeueAfterMilliseconds: number;
}

/** Nothing failed, but the key has to be looked at again soon, with a growing delay: what it needs is not visible yet. */
export interface RequeueSoon {
  readonly requeueSoon: true;
}

/** What a reconcile came to; nothing = done until something changes. */
export type Result = void | RequeueAfter | RequeueSoon;

/**
 * Brings the world closer to what the object of this key asks for. Called again and again, never twice at once for one key. An exception
 * makes the key come back with a growing delay, but for `TerminalError`. The signal aborts when the reconcile took too long or the process
 * has to end: give it to every call.
 */
export type Reconcile = (key: string, signal: AbortSignal) => Promise<Result>;

/** Trying again is of no use until the object changes: it is reported, counted, and not retried. */
export class TerminalError extends Error {
  override readonly name = 'TerminalError';
}
