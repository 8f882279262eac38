import { type AuditedRequest, isWrite } from '../audit-trail.ts';
import { instancesPerPool, poolCount, poolIn, poolNames } from '../pools.ts';

/** What one round came to, by the API server's own audit log. */
export interface Round {
  /** From the first pool's creation to the last write, in milliseconds. */
  readonly milliseconds: number;
  /** The same for each pool by itself. */
  readonly perPool: readonly number[];
  /** What was sent to bring the pools about: without the pools themselves, and without Events. */
  readonly requests: readonly AuditedRequest[];
  readonly events: number;
}

/** Reads a round from all requests about its namespace. */
export function roundOf(all: readonly AuditedRequest[], namespace: string): Round {
  const here = all.filter(({ objectRef }) => objectRef?.namespace === namespace);
  const isEvent = ({ objectRef }: AuditedRequest) => objectRef?.resource === 'events';
  const creations = here.filter(isPoolCreation);
  const requests = here.filter((request) => !isPoolCreation(request) && !isEvent(request));
  const writes = requests.filter(isWrite);
  return {
    milliseconds: span(creations, writes),
    perPool: poolNames.map((pool) => {
      const ofPool = (request: AuditedRequest) => poolOf(request) === pool;
      return span(creations.filter(ofPool), writes.filter(ofPool));
    }),
    requests,
    events: here.filter(isEvent).length,
  };
}

/** Every slot's Deployment was created, and every pool's status written after it. */
export function isWhole(requests: readonly AuditedRequest[]): boolean {
  const whole = poolNames.filter((pool) => {
    const done = requests.filter((request) => poolOf(request) === pool && (request.responseStatus?.code ?? 0) < 300);
    const slots = done.filter(({ verb, objectRef }) => verb === 'create' && objectRef?.resource === 'deployments');
    const lastSlot = Math.max(...slots.map(endOf));
    return slots.length === instancesPerPool && done.some((request) => isStatus(request) && endOf(request) > lastSlot);
  });
  return whole.length === poolCount;
}

/** The user does that, not the operator. */
export function isPoolCreation({ verb, objectRef }: AuditedRequest): boolean {
  return verb === 'create' && objectRef?.resource === 'gatewaypools';
}

function isStatus({ objectRef }: AuditedRequest): boolean {
  return objectRef?.resource === 'gatewaypools' && objectRef.subresource === 'status';
}

function poolOf({ objectRef, requestURI }: AuditedRequest): string | undefined {
  return poolIn(objectRef?.name ?? '') ?? poolIn(decodeURIComponent(requestURI));
}

/** From the first request received to the last one answered. */
function span(first: readonly AuditedRequest[], last: readonly AuditedRequest[]): number {
  if (first.length === 0 || last.length === 0) throw new Error('The audit log lacks the requests of a pool');
  return Math.max(...last.map(endOf)) - Math.min(...first.map(startOf));
}

function startOf({ requestReceivedTimestamp }: AuditedRequest): number {
  return preciseMilliseconds(requestReceivedTimestamp);
}

function endOf({ stageTimestamp }: AuditedRequest): number {
  return preciseMilliseconds(stageTimestamp);
}

/** With the microseconds, which Date does not have. */
function preciseMilliseconds(timestamp: string): number {
  const [, microseconds = '0'] = /\.\d{3}(\d{1,3})/.exec(timestamp) ?? [];
  return Date.parse(timestamp) + Number(microseconds.padEnd(3, '0')) / 1000;
}
