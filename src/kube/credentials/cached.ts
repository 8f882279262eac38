import type { Clock } from '../clock.ts';
import { KubeError, messageOf } from '../errors.ts';
import type { Credentials, TlsIdentity } from './connection.ts';

/** client-go's token source re-reads as often; the kubelet rotates a projected token long before it expires. */
const maxAgeMilliseconds = 60_000;

/**
 * Wraps a reader of credential files: one read at a time, at most one a minute unless asked to refresh. When a later read fails, the
 * last good value stays in force: a file that is missing for a moment during a rotation must not cost a request.
 */
export function cachedCredentials(
  read: (options: { refresh: boolean }) => Promise<Credentials>,
  clock: Clock,
): (options: { readonly refresh: boolean }) => Promise<Credentials> {
  let current: Credentials | undefined;
  let readAt = 0;
  let reading: Promise<Credentials> | undefined;

  async function readNow(refresh: boolean): Promise<Credentials> {
    try {
      const fresh = await read({ refresh });
      // Note: the old TLS object is kept when nothing changed; a new one would close every pooled connection.
      const tls = current !== undefined && sameIdentity(current.tls, fresh.tls) ? current.tls : fresh.tls;
      current = { tls, headers: fresh.headers };
    } catch (error) {
      if (current === undefined) throw asCredentialsError(error);
    }
    readAt = clock.monotonicMilliseconds();
    return current;
  }

  return async ({ refresh }) => {
    const tooOld = clock.monotonicMilliseconds() - readAt >= maxAgeMilliseconds;
    if (current !== undefined && !refresh && !tooOld) return current;

    reading ??= readNow(refresh).finally(() => {
      reading = undefined;
    });
    return reading;
  };
}

function sameIdentity(a: TlsIdentity, b: TlsIdentity): boolean {
  return (
    a.ca === b.ca &&
    a.cert === b.cert &&
    a.key === b.key &&
    a.servername === b.servername &&
    a.insecureSkipVerify === b.insecureSkipVerify
  );
}

function asCredentialsError(error: unknown): KubeError {
  if (error instanceof KubeError) return error;
  return new KubeError(`Could not read the credentials for the API server: ${messageOf(error)}`, {
    code: 'Credentials',
    cause: error,
  });
}
