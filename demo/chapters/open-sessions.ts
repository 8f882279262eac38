import { getJson } from '../../test/harness/kubectl.ts';
import { openSshSessions, sessionsPerInstance, closeSshSessions } from '../../test/harness/ssh-sessions.ts';
import { scene } from '../scene.ts';
import { chapter, say, show, waitFor } from '../terminal.ts';
import { z } from 'zod';

const Pods = z.object({
  items: z.array(z.object({ metadata: z.object({ name: z.string() }), status: z.object({ podIP: z.string() }) })),
});

/** Thirty sessions over the Service, then six through one sidecar, whose order is exact. Three stay open for the next chapters. */
export async function openSessions(): Promise<void> {
  const { bastion, client, namespace } = scene;
  chapter('SSH sessions, round-robin');

  const thirty = await waitFor(`30 SSH sessions through the Service ${bastion}`, 12, () =>
    openSshSessions(client, { host: bastion, port: 22, prefix: 'thirty', count: 30 }),
  );
  say(`30 sessions through the Service: ${render(sessionsPerInstance(thirty))}`);
  say(
    '(The Service picks a sidecar at random, and each sidecar rotates by itself: the shares may differ by one per sidecar.)',
  );
  await closeSshSessions(client, 'thirty');

  const pods = await getJson(Pods, ['pods', '-n', namespace, '-l', `pam.gatewaypool.io/pool=${bastion}`]);
  const entry = pods.items[0];
  if (entry === undefined) throw new Error('the pool has no pod');
  const six = await waitFor('6 sessions through one sidecar', 3, () =>
    openSshSessions(client, { host: entry.status.podIP, port: 15100, prefix: 'six', count: 6 }),
  );
  say(
    `\n6 sessions through the sidecar of pod ${entry.metadata.name}, in order: ${six.map(({ instance }) => instance).join(', ')}`,
  );
  await closeSshSessions(client, 'six');

  await waitFor('three people log in and stay', 3, () =>
    openSshSessions(client, { host: entry.status.podIP, port: 15100, prefix: 'people', count: 3 }),
  );
  await show(`kubectl get --raw /api/v1/namespaces/${namespace}/pods/${entry.metadata.name}:15090/proxy/sessions`);
}

function render(counts: Record<string, number>): string {
  return Object.entries(counts)
    .map(([instance, count]) => `${instance}: ${count}`)
    .join('   ');
}
