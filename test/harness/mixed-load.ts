import type { ClientPod } from './client-pod.ts';
import { endHttpLoad, type HttpLoadResult, startHttpLoad } from './http-load.ts';

/**
 * Does something to a pool of web gateways while clients of every kind are at work: 16 keep-alive connections, GET and POST in turn, half
 * of them busy, half of them with rests of up to three seconds, so that some connections are idle at any moment.
 */
export async function underMixedLoad(
  client: ClientPod,
  pool: string,
  work: () => Promise<void>,
): Promise<HttpLoadResult> {
  const load = await startHttpLoad(client, {
    url: `http://${pool}/`,
    connections: 16,
    methods: ['GET', 'POST'],
    pauseMilliseconds: { busy: 10, unhurried: 2000 },
  });
  await work();
  return endHttpLoad(load);
}
