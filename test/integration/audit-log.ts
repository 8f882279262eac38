import { readFile } from 'node:fs/promises';

/** One finished request, as the API server's audit log has it: https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/ */
export interface AuditedRequest {
  readonly verb: string;
  readonly userAgent: string;
  readonly requestURI: string;
  /** When the API server began with it, in ISO 8601 with microseconds. */
  readonly requestReceivedTimestamp: string;
  readonly objectRef?: { readonly resource?: string; readonly name?: string };
  readonly responseStatus?: { readonly code?: number };
  readonly stage: string;
}

/** The requests that `userAgent` has finished so far, in the order of the log. */
export async function auditedRequests(auditLogPath: string | undefined, userAgent: string): Promise<AuditedRequest[]> {
  if (auditLogPath === undefined) throw new Error('The control plane was started without an audit log');
  const lines = (await readFile(auditLogPath, 'utf8')).split('\n').filter((line) => line.endsWith('}'));
  const requests = lines.map((line): AuditedRequest => JSON.parse(line));
  return requests.filter((request) => request.userAgent === userAgent && request.stage === 'ResponseComplete');
}
