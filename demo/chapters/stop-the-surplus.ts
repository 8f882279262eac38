import { eventually } from '../../test/harness/eventually.ts';
import { podsOfPool } from '../../test/harness/pods.ts';
import { conditionOf, getPool } from '../../test/harness/pools.ts';
import { closeSshSessionsOf, listSshSessions } from '../../test/harness/ssh-sessions.ts';
import { scene } from '../scene.ts';
import { chapter, say, show, waitFor } from '../terminal.ts';

/** A person stops one instance, any one; it ends with its last session and does not come back. */
export async function stopTheSurplus(): Promise<void> {
  const { bastion, client, namespace } = scene;
  const slot = `${bastion}-1`;
  chapter('Someone stops the surplus, by hand');
  say(
    'Any instance may be chosen. Somebody works in this one; it is stopped with kubectl, and ends after the session:',
  );

  await show(`kubectl -n ${namespace} delete deployment ${slot}`);
  await waitFor('the pod is told to end', 1, () =>
    eventually('the pod is terminating', 30, async () => {
      return (await podsOfPool(namespace, bastion)).some((pod) => pod.slot === slot && pod.terminating);
    }),
  );
  await show(`kubectl -n ${namespace} get pods -l pam.gatewaypool.io/slot=${slot}`);
  const sessions = await listSshSessions(client, 'people');
  const alive = sessions.filter((session) => session.alive).length;
  say(`\nSessions alive: ${alive} of ${sessions.length}. Now the person of ${slot} logs out.`);
  if (alive < sessions.length) throw new Error('a session was cut off by a stop');

  await closeSshSessionsOf(client, 'people', slot);
  await waitFor('the instance ends, the pool is within its maximum', 5, () =>
    eventually(
      'CapExceeded is False',
      90,
      async () => conditionOf(await getPool(namespace, bastion), 'CapExceeded')?.status === 'False',
    ),
  );
  await show(`kubectl -n ${namespace} get gwp ${bastion}`);
  await show(`kubectl -n ${namespace} get deployments -l pam.gatewaypool.io/pool=${bastion}`);
}
