import { eventually } from '../../test/harness/eventually.ts';
import { closeSessions, heldSessions, holdSessions } from '../../test/harness/held-sessions.ts';
import { podsOfPool } from '../../test/harness/pods.ts';
import { scene } from '../scene.ts';
import { chapter, say, show, waitFor } from '../terminal.ts';

/** `replicas` goes down: the idle instances end, the one in which somebody works stays. */
export async function lowerTheReplicas(): Promise<void> {
  const { client, namespace, web } = scene;
  chapter('Fewer replicas: the idle ones go first');
  const session = await holdSessions(client, 'terminal', { kind: 'WebSocket', url: `ws://${web}/ws`, count: 1 });
  const [before] = await heldSessions(session);
  say(`One person works over a WebSocket, in ${before?.instance ?? ''}. Someone asks for one instance less:`);

  await show(`kubectl -n ${namespace} scale gwp/${web} --replicas=2`);
  await waitFor('an idle instance is stopped', 6, () =>
    eventually('two pods are left', 60, async () => (await podsOfPool(namespace, web)).length === 2),
  );
  await show(`kubectl -n ${namespace} get gwp ${web}`);
  await show(`kubectl -n ${namespace} get pods -l pam.gatewaypool.io/pool=${web}`);

  const [after] = await heldSessions(session);
  say(
    `\nThe WebSocket to ${after?.instance ?? ''} is ${after?.open === true ? 'open' : `gone: ${after?.ended ?? ''}`}.`,
  );
  if (after?.open !== true) throw new Error('a session was cut off by a lower replicas');
  await closeSessions(session);
}
