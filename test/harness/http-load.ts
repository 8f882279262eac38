import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type BackgroundProgram, endOf, reportOf, startInBackground } from './background-program.ts';
import type { ClientPod } from './client-pod.ts';
import { eventually } from './eventually.ts';

/** Requests from inside the cluster, over keep-alive connections. */
export interface HttpLoad {
  /** The page must consist of the name of the instance that made it, whatever the method. */
  readonly url: string;
  readonly connections: number;
  /** Each connection goes through them in turn; GET by default. A POST has a body of 1 KiB. */
  readonly methods?: readonly ('GET' | 'POST')[];
  /** About how long a connection rests after an answer: half of the connections are busy, the others unhurried. 0 by default. */
  readonly pauseMilliseconds?: { readonly busy: number; readonly unhurried: number };
}

/** What a load came to. `errors` counts each kind of failure: a method with a status, or with the error code of the connection. */
export const HttpLoadResult = z.object({
  requests: z.number(),
  failed: z.number(),
  byInstance: z.record(z.string(), z.number()),
  byMethod: z.record(z.string(), z.number()),
  errors: z.record(z.string(), z.number()),
});
export type HttpLoadResult = z.infer<typeof HttpLoadResult>;

const program = readFileSync(new URL('./http-load-program.js', import.meta.url), 'utf8');

/** Starts a load and waits until every connection got an answer. One load at a time per pod. */
export async function startHttpLoad(client: ClientPod, load: HttpLoad): Promise<BackgroundProgram> {
  const { methods = ['GET'], pauseMilliseconds = { busy: 0, unhurried: 0 } } = load;
  const args = [JSON.stringify({ ...load, methods, pauseMilliseconds })];
  const running = await startInBackground(client, 'http-load', program, args);
  await eventually(`answers from ${load.url}`, 60, async () => {
    const report = await reportOf(running);
    return report !== undefined && HttpLoadResult.parse(report).requests > load.connections;
  });
  return running;
}

/** Ends a load after the answers that are due. */
export async function endHttpLoad(running: BackgroundProgram): Promise<HttpLoadResult> {
  return HttpLoadResult.parse(await endOf(running, 60));
}

/** A load of some seconds. */
export async function runHttpLoad(
  client: ClientPod,
  { seconds, ...load }: HttpLoad & { readonly seconds: number },
): Promise<HttpLoadResult> {
  const running = await startHttpLoad(client, load);
  await sleep(seconds * 1000);
  return endHttpLoad(running);
}
