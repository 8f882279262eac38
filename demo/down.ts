import { spawnSync } from 'node:child_process';
import { scene } from './scene.ts';

/** Removes the demo: our own cluster as a whole, or from the cluster of KUBECONFIG what the demo has put there. */
const commands = process.env['KUBECONFIG']
  ? [
      ['kubectl', 'delete', 'namespace', scene.namespace, '--ignore-not-found'],
      ['helm', 'uninstall', 'gatewaypool', '--namespace', scene.operatorNamespace, '--ignore-not-found'],
      ['kubectl', 'delete', 'namespace', scene.operatorNamespace, '--ignore-not-found'],
      ['kubectl', 'delete', 'crd', 'gatewaypools.pam.gatewaypool.io', '--ignore-not-found'],
    ]
  : [[process.execPath, 'test/cluster/main.ts', 'down']];

for (const [program = '', ...args] of commands) {
  const { status } = spawnSync(program, args, { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
if (process.exitCode !== 1) {
  process.stdout.write(
    'Removed the demo. Programs and images that were built stay in ~/.cache/gatewaypool for the next time; remove the folder when you need the room.\n',
  );
}
