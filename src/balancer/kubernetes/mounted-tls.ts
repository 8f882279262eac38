import type { BalancerConfig, Listener } from '../config/schema.ts';

/** Settings as this very pod can follow them. */
export interface FittedSettings {
  readonly config: BalancerConfig;
  /** Listeners that keep the TLS they had. */
  readonly asBefore: readonly string[];
  /** Listeners that stay closed here. */
  readonly closed: readonly string[];
}

/**
 * A pod has the certificates that its template named when it was made, and settings are for all pods of the pool: those that were made
 * before a listener got its TLS have no files for it. Such a pod goes on with the listener as it was, or without it when it is new, until
 * it is replaced; that it has no files must not make it unready, or all instances would be at once.
 *
 * Note: in a pod of the present template the files are there before the sidecar starts, so a file that is missing never comes later.
 *
 * @param before what is in force; undefined: nothing yet
 */
export function withMountedTls(
  next: BalancerConfig,
  before: BalancerConfig | undefined,
  fileExists: (path: string) => boolean,
): FittedSettings {
  const listeners: Listener[] = [];
  const asBefore: string[] = [];
  const closed: string[] = [];
  for (const listener of next.listeners) {
    const known = before?.listeners.find(({ name }) => name === listener.name);
    if (filesOf(listener).every(fileExists)) {
      listeners.push(listener);
    } else if (known === undefined) {
      closed.push(listener.name);
    } else {
      asBefore.push(listener.name);
      listeners.push(withTlsOf(known, listener));
    }
  }
  return { config: { ...next, listeners }, asBefore, closed };
}

function filesOf({ tls, targetTls }: Listener): string[] {
  const files = [tls?.certificateFile, tls?.keyFile, tls?.clientCaFile];
  const toTarget = [targetTls?.caFile, targetTls?.certificateFile, targetTls?.keyFile];
  return [...files, ...toTarget].filter((path) => path !== undefined);
}

function withTlsOf({ tls, targetTls }: Listener, { tls: _tls, targetTls: _target, ...listener }: Listener): Listener {
  return {
    ...listener,
    ...(tls === undefined ? {} : { tls }),
    ...(targetTls === undefined ? {} : { targetTls }),
  };
}
