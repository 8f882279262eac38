import { inClient } from '../../test/harness/client-pod.ts';
import { podsOfPool } from '../../test/harness/pods.ts';
import { scene } from '../scene.ts';
import { chapter, say } from '../terminal.ts';

/** HTTP: one instance per request, over one keep-alive connection too. */
export async function sendRequests(): Promise<void> {
  const { client, namespace, web } = scene;
  chapter('HTTP requests, round-robin');

  const thirty = await inClient(client, `for i in $(seq 30); do curl -s http://${web}/; done | sort | uniq -c`);
  say(`30 requests through the Service, each on a new connection:\n${thirty}`);

  const [entry] = await podsOfPool(namespace, web);
  if (entry === undefined) throw new Error('the pool has no pod');
  const url = `http://${entry.address}:15100/`;
  const six = await inClient(client, `curl -s ${Array.from({ length: 6 }, () => url).join(' ')}`);
  say(`6 requests over one connection to the sidecar of pod ${entry.name}: ${six.trim().split('\n').join(', ')}`);
}
