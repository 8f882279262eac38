import { eventually } from '../../test/harness/eventually.ts';
import { nextImages } from '../../test/harness/images.ts';
import { podsOfPool } from '../../test/harness/pods.ts';
import { waitForPool } from '../../test/harness/pools.ts';
import { closeSshSessionsOf, listSshSessions } from '../../test/harness/ssh-sessions.ts';
import { scene } from '../scene.ts';
import { chapter, say, show, waitFor } from '../terminal.ts';

/** A new image while two people are connected: each instance is replaced when its last session is over. */
export async function rollOutAnImage(): Promise<void> {
  const { bastion, client, namespace } = scene;
  chapter('A new image, with people connected');
  const people = await listSshSessions(client, 'people');
  say(`${people.length} people work, one in each instance. Someone sets a new image:`);

  const patch = JSON.stringify({ spec: { image: nextImages.ssh } });
  await show(`kubectl -n ${namespace} patch gwp ${bastion} --type merge -p '${patch}'`);
  const waiting = await waitFor('one instance drains', 3, () =>
    waitForPool(namespace, bastion, 'one drains', 30, ({ status }) => status.drainingInstances === 1),
  );
  await show(`kubectl -n ${namespace} get gwp ${bastion} -o wide`);
  await show(
    `kubectl -n ${namespace} get gwp ${bastion} -o jsonpath='{range .status.slots[*]}{.name} {.state}: {.reason}{"\\n"}{end}'`,
  );

  const slot = waiting.status.slots?.find(({ state }) => state === 'Draining')?.name ?? '';
  const alive = (await listSshSessions(client, 'people')).filter((session) => session.alive).length;
  say(`\nSessions alive: ${alive} of ${people.length}. Now the person of ${slot} logs out.`);
  if (alive < people.length) throw new Error('a session was cut off by a rollout');

  await closeSshSessionsOf(client, 'people', slot);
  await waitFor(`${slot} gets the new image`, 12, () =>
    eventually(`${slot} runs the new image`, 60, async () => {
      const pods = (await podsOfPool(namespace, bastion)).filter((pod) => pod.slot === slot);
      return pods.length === 1 && pods.every(({ image, gatewayRuns }) => image === nextImages.ssh && gatewayRuns);
    }),
  );
  await show(
    `kubectl -n ${namespace} get pods -l pam.gatewaypool.io/pool=${bastion} -o custom-columns='POD:.metadata.name,IMAGE:.spec.containers[0].image,STARTED:.status.startTime'`,
  );
  const left = await listSshSessions(client, 'people');
  say(
    `\nThe other one goes on with the old image, and waits for its person: ${left.filter((each) => each.alive).length} session alive.`,
  );
  if (left.some((session) => !session.alive)) throw new Error('a session was cut off by a rollout');
}
