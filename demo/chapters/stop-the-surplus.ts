import { eventually } from '../../test/harness/eventually.ts';
import { conditionOf, getPool, waitForPool } from '../../test/harness/pools.ts';
import { closeSshSessionsOf, listSshSessions } from '../../test/harness/ssh-sessions.ts';
import { scene } from '../scene.ts';
import { chapter, say, show, waitFor } from '../terminal.ts';

/** A person stops one instance, any one; it ends with its last session and does not come back. */
export async function stopTheSurplus(): Promise<void> {
  const { bastion, client, namespace } = scene;
  const slot = `${bastion}-1`;
  chapter('Someone stops the surplus, by hand');
  say(
    'Any instance may be chosen. Somebody works in this one, so it takes no new sessions, and ends with the last one:',
  );

  await show(`kubectl -n ${namespace} annotate deployment ${slot} pam.gatewaypool.io/stop=true`);
  await waitFor('the instance drains', 3, () =>
    waitForPool(namespace, bastion, `${slot} drains`, 30, ({ status }) => status.drainingInstances === 1),
  );
  await show(
    `kubectl -n ${namespace} get gwp ${bastion} -o jsonpath='{range .status.slots[*]}{.name} {.state}: {.reason}{"\\n"}{end}'`,
  );
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
