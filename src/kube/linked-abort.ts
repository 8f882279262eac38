/** An AbortController that also follows a parent. */
export interface LinkedAbort {
  readonly signal: AbortSignal;
  readonly abort: () => void;
  /** Lets go of the parent. Without it, a parent that lives as long as the process collects one listener for each child. */
  readonly unlink: () => void;
}

export function linkedAbort(parent: AbortSignal | undefined): LinkedAbort {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  if (parent?.aborted === true) abort();
  parent?.addEventListener('abort', abort);
  return {
    signal: controller.signal,
    abort,
    unlink: () => parent?.removeEventListener('abort', abort),
  };
}
