import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type ClientPod, nodeInClient } from './client-pod.ts';

/** What a run of GETs came to. `errors` counts each kind of failure: a status, or the error code of the connection. */
export const HttpLoadResult = z.object({
  requests: z.number(),
  failed: z.number(),
  byInstance: z.record(z.string(), z.number()),
  errors: z.record(z.string(), z.number()),
});
export type HttpLoadResult = z.infer<typeof HttpLoadResult>;

const program = readFileSync(new URL('./http-load-program.js', import.meta.url), 'utf8');

/** Sends GETs from inside the cluster for some seconds. The page must consist of the name of the instance that made it. */
export async function runHttpLoad(
  client: ClientPod,
  load: { url: string; seconds: number; connections: number },
): Promise<HttpLoadResult> {
  const args = [load.url, String(load.seconds), String(load.connections)];
  const output = await nodeInClient(client, program, args, (load.seconds + 30) * 1000);
  return HttpLoadResult.parse(JSON.parse(output));
}
