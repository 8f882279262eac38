import { runHttpLoad } from '../../test/harness/http-load.ts';
import { kubectl } from '../../test/harness/kubectl.ts';
import { scene } from '../scene.ts';
import { chapter, say, show, waitFor } from '../terminal.ts';
import { killGatewayProcess } from '../../test/harness/kill-gateway.ts';

const seconds = 10;

/** A gateway process dies under load; the other instances take its requests over. */
export async function killAGateway(): Promise<void> {
  const { client, namespace, web } = scene;
  chapter('A gateway process is killed under load');
  say(
    `GETs over 16 connections for ${seconds} seconds; after three of them the gateway process of ${web}-1 gets SIGKILL.`,
  );

  const load = runHttpLoad(client, { url: `http://${web}/`, seconds, connections: 16 });
  const victim = await killGatewayProcess(namespace, `${web}-1`, 'websocketd', 3000);
  say(`killed: the gateway of pod ${victim}`);
  const result = await waitFor('the load ends', seconds, () => load);
  say(`\n${result.requests} requests, ${result.failed} failed. By instance: ${JSON.stringify(result.byInstance)}`);
  if (result.failed > 0) throw new Error(`requests failed: ${JSON.stringify(result.errors)}`);

  await show(`kubectl -n ${namespace} get pods -l pam.gatewaypool.io/pool=${web}`);
  await kubectl(['wait', '-n', namespace, `gwp/${web}`, '--for=condition=Ready', '--timeout=60s']);
}
