import { KubeError, messageOf } from '../errors.ts';
import { isRecord } from '../json.ts';
import type { Deadline } from './deadline.ts';
import { StaleConnection } from './exchange.ts';

/** How Node reports a server certificate that our CA did not sign, or that names another host. */
const untrustedCertificateCodes: ReadonlySet<string> = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_SIGNATURE_FAILURE',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** Gives anything that was thrown while talking to `server` its place among KubeError's codes. */
export function connectionError(
  error: unknown,
  context: { readonly tried: string; readonly server: URL; readonly deadline: Deadline },
): KubeError {
  if (error instanceof KubeError) return error;

  const { tried, server, deadline } = context;
  if (deadline.ended === 'Aborted') return new KubeError(`${tried} was aborted`, { code: 'Aborted', cause: error });
  if (deadline.ended === 'Timeout') {
    const seconds = deadline.totalMilliseconds / 1000;
    return new KubeError(`${tried} failed: no complete answer from ${server.host} within ${seconds} s`, {
      code: 'Timeout',
      cause: error,
    });
  }
  const detail = messageOf(error);
  if (error instanceof StaleConnection) {
    return new KubeError(`${tried} failed: ${detail} (${server.host})`, { code: 'Timeout', cause: error });
  }
  if (isUntrustedCertificate(error)) {
    return new KubeError(`${tried} failed: the certificate of ${server.host} is not trusted: ${detail}`, {
      code: 'Credentials',
      cause: error,
    });
  }
  return new KubeError(`${tried} failed: no connection to ${server.host}: ${detail}`, {
    code: 'Connection',
    cause: error,
  });
}

function isUntrustedCertificate(error: unknown): boolean {
  return isRecord(error) && typeof error['code'] === 'string' && untrustedCertificateCodes.has(error['code']);
}
