import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeBastionConfig } from '../../test/harness/bastion-config.ts';
import { startClientPod } from '../../test/harness/client-pod.ts';
import { eventually } from '../../test/harness/eventually.ts';
import { applyYaml, kubectl, tryKubectl } from '../../test/harness/kubectl.ts';
import { bastionManifest, configSecretManifest, webManifest } from '../../test/harness/manifests.ts';
import { images } from '../../test/harness/images.ts';
import { scene } from '../scene.ts';
import { chapter, say, show, waitFor } from '../terminal.ts';

/** Two pools of three: SSH bastions behind a TCP listener, web gateways behind an HTTP listener. */
export async function createPools(): Promise<void> {
  const { bastion, client, namespace, web } = scene;
  chapter('Two pools: SSH bastions, and web gateways');
  await removeEarlierDemo(namespace);
  await applyYaml('default', `{apiVersion: v1, kind: Namespace, metadata: {name: ${namespace}}}`);
  await waitFor('a client pod starts, with ssh and curl', 3, () => startClientPod(client, images.client));

  say('The instances of a pool share one configuration. Here: a host key, and who may log in.');
  const folder = mkdtempSync(join(tmpdir(), 'gatewaypool-demo-'));
  process.chdir(folder);
  writeFileSync('bastion-config.yaml', configSecretManifest(`${bastion}-config`, await makeBastionConfig(client)), {
    mode: 0o600,
  });
  writeFileSync('web-config.yaml', configSecretManifest(`${web}-config`, 'target gateway@bastion 22'));
  await show(`kubectl -n ${namespace} apply -f bastion-config.yaml -f web-config.yaml`);

  writeFileSync(
    'bastion.yaml',
    bastionManifest({ name: bastion, image: images.ssh, maxInstances: 3, clientAffinity: true }),
  );
  writeFileSync('web.yaml', webManifest({ name: web, image: images.web, maxInstances: 3 }));
  await show('cat bastion.yaml');
  await show(`kubectl -n ${namespace} apply -f bastion.yaml -f web.yaml`);
  await show(`kubectl -n ${namespace} get gwp`);
  await waitFor('both pools become Ready', 15, () =>
    kubectl(['wait', '-n', namespace, 'gwp', '--all', '--for=condition=Ready', '--timeout=120s'], {
      timeoutMilliseconds: 130_000,
    }),
  );
  await show(`kubectl -n ${namespace} get gwp`);
  await show(`kubectl -n ${namespace} get deployments,pods,services -l pam.gatewaypool.io/pool -o wide | cut -c 1-110`);
}

/** What an earlier run left: its instances would go on with the configuration that they started with. */
async function removeEarlierDemo(namespace: string): Promise<void> {
  const isThere = async () => (await tryKubectl(['get', 'namespace', namespace])).code === 0;
  if (!(await isThere())) return;

  await waitFor(`the earlier demo's namespace ${namespace} is removed`, 10, async () => {
    await kubectl(['delete', 'namespace', namespace, '--wait=false']);
    await kubectl(['delete', 'pods', '-n', namespace, '--all', '--force', '--grace-period=0']);
    await eventually(`namespace ${namespace} is gone`, 120, async () => !(await isThere()));
  });
}
