import { eventually } from '../../test/harness/eventually.ts';
import { conditionOf, getPool } from '../../test/harness/pools.ts';
import { listSshSessions } from '../../test/harness/ssh-sessions.ts';
import { scene } from '../scene.ts';
import { chapter, say, show, waitFor } from '../terminal.ts';

/** A person stops one instance, any one; it does not come back, and the others do not notice. */
export async function stopTheSurplus(): Promise<void> {
  const { bastion, client, namespace } = scene;
  chapter('Someone stops the surplus, by hand');
  say('Any instance may be chosen. This one is stopped with kubectl, and stays stopped:');

  await show(`kubectl -n ${namespace} delete deployment ${bastion}-1`);
  await waitFor('the instance ends, the pool is within its maximum', 10, () =>
    eventually(
      'CapExceeded is False',
      90,
      async () => conditionOf(await getPool(namespace, bastion), 'CapExceeded')?.status === 'False',
    ),
  );
  await show(`kubectl -n ${namespace} get gwp ${bastion}`);
  await show(`kubectl -n ${namespace} get deployments -l pam.gatewaypool.io/pool=${bastion}`);

  const sessions = await listSshSessions(client, 'people');
  const elsewhere = sessions.filter(({ instance }) => instance !== `${bastion}-1`);
  say(
    `\nSessions to the other instances that live: ${elsewhere.filter(({ alive }) => alive).length} of ${elsewhere.length}.`,
  );
  say(
    `A session that had entered through the stopped pod's sidecar ended with it; distribution: PreferLocal avoids that.`,
  );
}
