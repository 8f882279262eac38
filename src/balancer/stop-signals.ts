/** The first SIGTERM or SIGINT asks for an orderly end, the second for an end now. */
export interface StopSignals {
  readonly stop: AbortSignal;
  readonly cut: AbortSignal;
}

/** Takes over the process's stop signals. `subscribe` as in `process.on`. */
export function stopSignals(subscribe: (signal: NodeJS.Signals, handler: () => void) => void): StopSignals {
  const stop = new AbortController();
  const cut = new AbortController();
  const handler = (): void => {
    if (stop.signal.aborted) cut.abort();
    else stop.abort();
  };
  subscribe('SIGTERM', handler);
  subscribe('SIGINT', handler);
  return { stop: stop.signal, cut: cut.signal };
}
