import { podsOfPool } from '../../test/harness/pods.ts';
import { closeSshSessions, openSshSessions, sessionsPerInstance } from '../../test/harness/ssh-sessions.ts';
import { scene } from '../scene.ts';
import { chapter, say, show, waitFor } from '../terminal.ts';

/** Thirty sessions over the Service, then six through one sidecar, in order. Three stay open for the next chapters. */
export async function openSessions(): Promise<void> {
  const { bastion, client, namespace } = scene;
  chapter('SSH sessions, round-robin');

  const thirty = await waitFor(`30 SSH sessions through the Service ${bastion}`, 12, () =>
    openSshSessions(client, { host: bastion, port: 22, prefix: 'thirty', count: 30 }),
  );
  say(`30 sessions through the Service: ${render(sessionsPerInstance(thirty))}`);
  say('With sessionAffinity: ClientIP one client enters through one sidecar, and its sessions follow that rotation.');
  say('Without it each connection may enter through another sidecar, and the shares differ by a session or two.');
  await closeSshSessions(client, 'thirty');

  // The sidecar of slot 0: this story ends with somebody stopping slot 1.
  const [entry] = await podsOfPool(namespace, bastion);
  if (entry === undefined) throw new Error('the pool has no pod');
  const six = await waitFor('6 sessions through one sidecar', 3, () =>
    openSshSessions(client, { host: entry.address, port: 15100, prefix: 'six', count: 6 }),
  );
  const order = six.map(({ instance }) => instance).join(', ');
  say(`\n6 sessions through the sidecar of pod ${entry.name}, in order: ${order}`);
  await closeSshSessions(client, 'six');

  await waitFor('three people log in and stay', 3, () =>
    openSshSessions(client, { host: entry.address, port: 15100, prefix: 'people', count: 3 }),
  );
  await show(`kubectl get --raw /api/v1/namespaces/${namespace}/pods/${entry.name}:15090/proxy/sessions`);
}

function render(counts: Record<string, number>): string {
  return Object.entries(counts)
    .map(([instance, count]) => `${instance}: ${count}`)
    .join('   ');
}
