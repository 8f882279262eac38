import type { BareClient } from './bare-client.ts';
import { type BareRequests, objectPath, translated } from './bare-requests.ts';
import type { CreatedPool } from './create-pools.ts';
import { poolsPath } from './create-pools.ts';

/** What the operator sent in the recorded round. */
export interface Recording {
  readonly namespace: string;
  /** UIDs of the recorded pools by name. */
  readonly uids: ReadonlyMap<string, string>;
  readonly requests: BareRequests;
}

/** Sends what the operator sent for the pool of that name, wave by wave. */
export async function replay(
  client: BareClient,
  recording: Recording,
  namespace: string,
  pool: CreatedPool,
): Promise<void> {
  const waves = recording.requests.get(pool.name);
  const uid = recording.uids.get(pool.name);
  if (waves === undefined || uid === undefined) throw new Error(`Nothing was recorded of ${pool.name}`);

  const texts = new Map([
    [recording.namespace, namespace],
    [uid, pool.uid],
  ]);
  const versions = new Map([[`${poolsPath(namespace)}/${pool.name}`, pool.resourceVersion]]);
  for (const wave of waves) {
    await Promise.all(
      wave.map(async (request) => {
        const { target, body } = translated(request, { texts, version: (path) => versions.get(path) });
        const answer = await client.send(request.method, target, body, request.contentType);
        if (request.method === 'GET') return;

        const { name, resourceVersion } = JSON.parse(answer).metadata;
        const path = objectPath(target);
        versions.set(request.method === 'POST' ? `${path}/${name}` : path, resourceVersion);
      }),
    );
  }
}
