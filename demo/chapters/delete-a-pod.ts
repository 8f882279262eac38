import { underMixedLoad } from '../../test/harness/mixed-load.ts';
import { podsOfPool } from '../../test/harness/pods.ts';
import { scene } from '../scene.ts';
import { chapter, say, show } from '../terminal.ts';

/** A pod is deleted the ordinary way, under load: no request is lost, whatever its method. */
export async function deleteAPod(): Promise<void> {
  const { client, namespace, web } = scene;
  chapter('A pod is deleted under load');
  say(
    'GETs and POSTs over 16 connections, half of them busy, half of them with rests. A POST is never repeated, so none may be lost:',
  );
  const [victim] = await podsOfPool(namespace, web);

  const result = await underMixedLoad(client, web, async () => {
    await show(`kubectl -n ${namespace} delete pod ${victim?.name ?? ''}`);
  });

  const { GET = 0, POST = 0 } = result.byMethod;
  say(`\n${GET} GETs and ${POST} POSTs, ${result.failed} failed. By instance: ${JSON.stringify(result.byInstance)}`);
  if (result.failed > 0) throw new Error(`requests failed: ${JSON.stringify(result.errors)}`);
}
