import { eventually } from '../../test/harness/eventually.ts';
import { getPool, conditionOf } from '../../test/harness/pools.ts';
import { listSshSessions } from '../../test/harness/ssh-sessions.ts';
import { scene } from '../scene.ts';
import { chapter, say, show, waitFor } from '../terminal.ts';

/** Three become two while people work: kubectl warns, the pool says so, and every session lives. */
export async function lowerTheMaximum(): Promise<void> {
  const { bastion, client, namespace } = scene;
  chapter('The maximum goes down while people work');
  const before = await listSshSessions(client, 'people');
  say(
    `${before.filter(({ alive }) => alive).length} SSH sessions are open, on all three instances. Someone sets maxInstances to 2:`,
  );

  const patched = await show(
    `kubectl -n ${namespace} patch gwp ${bastion} --type merge -p '{"spec":{"maxInstances":2}}'`,
  );
  if (!patched.stderr.includes('Warning:')) throw new Error('kubectl printed no warning');
  await waitFor('the operator publishes the new maximum', 2, () =>
    eventually(
      'CapExceeded is True',
      30,
      async () => conditionOf(await getPool(namespace, bastion), 'CapExceeded')?.status === 'True',
    ),
  );
  await show(`kubectl -n ${namespace} get gwp ${bastion}`);
  await show(
    `kubectl -n ${namespace} get gwp ${bastion} -o jsonpath='{range .status.conditions[?(@.type=="CapExceeded")]}{.status} {.reason}: {.message}{"\\n"}{end}'`,
  );
  await show(
    `kubectl -n ${namespace} get events.events.k8s.io --field-selector reason=SurplusInstances -o custom-columns=TYPE:.type,REASON:.reason,NOTE:.note`,
  );

  const after = await listSshSessions(client, 'people');
  const lost = after.filter(({ alive }) => !alive).length;
  say(`\nSessions alive: ${after.length - lost} of ${after.length}. Nothing was stopped.`);
  if (lost > 0) throw new Error(`${lost} sessions were lost by lowering the maximum`);
}
