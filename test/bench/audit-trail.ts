import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { z } from 'zod';

/** One line of the API server's audit log: https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/ */
export const AuditedRequest = z.object({
  verb: z.string(),
  user: z.object({ username: z.string() }),
  requestURI: z.string(),
  objectRef: z
    .object({
      resource: z.string().optional(),
      subresource: z.string().optional(),
      namespace: z.string().optional(),
      name: z.string().optional(),
    })
    .optional(),
  responseStatus: z.object({ code: z.number().optional() }).optional(),
  stage: z.string(),
  requestReceivedTimestamp: z.string(),
  stageTimestamp: z.string(),
});
export type AuditedRequest = z.infer<typeof AuditedRequest>;

/** Reads an audit log as it grows: what was finished since the last time it was asked. */
export interface AuditTrail {
  /** Finished requests, and watches that began, in the order of the log. */
  read(): AuditedRequest[];
}

/** Starts at the log's present end. */
export function followAuditLog(path: string): AuditTrail {
  let offset = readFrom(path, 0).end;
  let rest = '';
  return {
    read() {
      const { text, end } = readFrom(path, offset);
      offset = end;
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      return lines.map((line) => AuditedRequest.parse(JSON.parse(line))).filter(isCounted);
    },
  };
}

/** A watch counts when it begins, everything else when it has been answered. */
function isCounted({ stage, verb }: AuditedRequest): boolean {
  return stage === (verb === 'watch' ? 'ResponseStarted' : 'ResponseComplete');
}

export function isWrite({ verb }: Pick<AuditedRequest, 'verb'>): boolean {
  return !['get', 'list', 'watch'].includes(verb);
}

/** Leader election's own. */
export function isLease({ objectRef }: AuditedRequest): boolean {
  return objectRef?.resource === 'leases';
}

/** What kind of request it is, for tables: `patch gatewaypools/status`. */
export function describeRequest({ verb, objectRef, requestURI }: AuditedRequest): string {
  if (objectRef?.resource === undefined) return `${verb} ${requestURI}`;
  const { resource, subresource } = objectRef;
  return `${verb} ${resource}${subresource === undefined ? '' : `/${subresource}`}`;
}

/** How many of each kind, the most frequent first. */
export function tally(requests: readonly AuditedRequest[]): (readonly [what: string, count: number])[] {
  const counts = new Map<string, number>();
  for (const request of requests) {
    const what = describeRequest(request);
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a);
}

function readFrom(path: string, offset: number): { text: string; end: number } {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const bytes = Buffer.alloc(Math.max(0, size - offset));
    const count = readSync(file, bytes, 0, bytes.length, offset);
    return { text: bytes.toString('utf8', 0, count), end: offset + count };
  } finally {
    closeSync(file);
  }
}
