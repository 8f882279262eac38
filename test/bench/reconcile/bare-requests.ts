import { isRecord } from '../../../src/kube/json.ts';
import { poolIn } from '../pools.ts';
import type { RecordedRequest } from './recorder.ts';
import { type Step, wavesOf } from './waves.ts';

/** What the operator sent for one pool, to be sent again for a pool of the same name in another namespace. */
export interface BareRequest extends Step {
  readonly method: string;
  readonly target: string;
  readonly contentType: string | undefined;
  /** Parsed JSON; undefined when there was none. */
  readonly body: unknown;
}

/** Per pool name, the waves of its requests. */
export type BareRequests = ReadonlyMap<string, readonly (readonly BareRequest[])[]>;

/**
 * What it takes to bring the recorded pools about: all requests about one of them, Events left out. Requests that were refused are
 * left out too, so the copy has no more to do than what led to the objects.
 */
export function bareRequests(recorded: readonly RecordedRequest[], namespace: string): BareRequests {
  const byPool = new Map<string, RecordedRequest[]>();
  for (const request of recorded) {
    const pool = poolIn(decodeURIComponent(request.target)) ?? poolIn(request.body);
    const isOurs = request.target.includes(`/namespaces/${namespace}/`) && !request.target.includes('/events');
    if (pool === undefined || !isOurs || request.status >= 300) continue;
    byPool.set(pool, [...(byPool.get(pool) ?? []), request]);
  }
  const waves = wavesOf([...byPool].map(([pool, requests]) => requests.map(namedSteps(pool))));
  return new Map([...byPool.keys()].map((pool, index) => [pool, waves[index] ?? []]));
}

/** Steps are told apart by verb and object, and by their turn when there are several; object names without what is different per pool. */
function namedSteps(pool: string): (request: RecordedRequest) => BareRequest {
  const turns = new Map<string, number>();
  return ({ method, target, contentType, body: text, startedAt, endedAt }) => {
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    const [path = ''] = target.split('?');
    const name = `${method} ${path} ${nameIn(body)}`.replaceAll(pool, 'POOL').replaceAll(/POOL-config-\w+/g, 'COPY');
    const turn = (turns.get(name) ?? 0) + 1;
    turns.set(name, turn);
    return { step: `${name} #${turn}`, method, target, contentType, body, startedAt, endedAt };
  };
}

function nameIn(body: unknown): string {
  const metadata = isRecord(body) ? body['metadata'] : undefined;
  const name = isRecord(metadata) ? metadata['name'] : undefined;
  return typeof name === 'string' ? name : '';
}

/** How one pool of a round differs from the recorded one. */
export interface Substitutions {
  readonly texts: ReadonlyMap<string, string>;
  /** The newest version of an object that this round wrote, by its path; undefined when it wrote none. */
  readonly version: (path: string) => string | undefined;
}

/** The same request for another namespace, with the UIDs and versions of the objects there. */
export function translated(
  request: BareRequest,
  { texts, version }: Substitutions,
): { readonly target: string; readonly body: string | undefined } {
  const target = replaced(request.target, texts);
  if (request.body === undefined) return { target, body: undefined };

  const body: unknown = JSON.parse(replaced(JSON.stringify(request.body), texts));
  const metadata = isRecord(body) ? body['metadata'] : undefined;
  if (isRecord(metadata) && 'resourceVersion' in metadata) {
    const path = objectPath(target);
    const newest = version(path);
    if (newest === undefined) throw new Error(`Nothing was written to ${path} before its version is needed`);
    metadata['resourceVersion'] = newest;
  }
  return { target, body: JSON.stringify(body) };
}

/** The path of the object itself, whatever subresource and query a request has. */
export function objectPath(target: string): string {
  const [path = ''] = target.split('?');
  return path.replace(/\/status$/, '');
}

function replaced(text: string, texts: ReadonlyMap<string, string>): string {
  let result = text;
  for (const [from, to] of texts) result = result.replaceAll(from, to);
  return result;
}
