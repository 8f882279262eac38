import { z } from 'zod';
import { inClient } from '../../test/harness/client-pod.ts';
import { getJson } from '../../test/harness/kubectl.ts';
import { scene } from '../scene.ts';
import { chapter, say } from '../terminal.ts';

const Pods = z.object({
  items: z.array(z.object({ metadata: z.object({ name: z.string() }), status: z.object({ podIP: z.string() }) })),
});

/** HTTP: one instance per request, over one keep-alive connection too. */
export async function sendRequests(): Promise<void> {
  const { client, namespace, web } = scene;
  chapter('HTTP requests, round-robin');

  const thirty = await inClient(client, `for i in $(seq 30); do curl -s http://${web}/; done | sort | uniq -c`);
  say(`30 requests through the Service, each on a new connection:\n${thirty}`);

  const pods = await getJson(Pods, ['pods', '-n', namespace, '-l', `pam.gatewaypool.io/pool=${web}`]);
  const entry = pods.items[0];
  if (entry === undefined) throw new Error('the pool has no pod');
  const url = `http://${entry.status.podIP}:15100/`;
  const six = await inClient(client, `curl -s ${Array.from({ length: 6 }, () => url).join(' ')}`);
  say(
    `6 requests over one connection to the sidecar of pod ${entry.metadata.name}: ${six.trim().split('\n').join(', ')}`,
  );
}
