/**
 * Runs a command against a Kubernetes cluster that has this checkout's image: the cluster of KUBECONFIG when that is set, else one of our
 * own, which is started when it is not up. `node scripts/in-cluster.ts [--down] COMMAND…`; `--down` ends our own cluster afterwards.
 */
import { spawnSync } from 'node:child_process';
import { images, nextImages } from '../test/harness/images.ts';

const args = process.argv.slice(2);
const down = args[0] === '--down';
const command = down ? args.slice(1) : args;
const cluster = [process.execPath, 'test/cluster/main.ts'];

process.exitCode = process.env['KUBECONFIG'] ? onGivenCluster() : onOwnCluster();

function onGivenCluster(): number {
  process.stdout.write(
    `Using the cluster of KUBECONFIG=${process.env['KUBECONFIG'] ?? ''}; kubectl and helm come from the PATH.\n`,
  );
  process.stdout.write(
    'Its nodes must be able to get the images named in test/harness/images.ts (GATEWAYPOOL_IMAGE and its sisters).\n',
  );
  return run(command);
}

function onOwnCluster(): number {
  try {
    must([...cluster, 'up']);
    const archive = must([...cluster, 'image', 'gatewaypool'], 'pipe').trim();
    must([...cluster, 'load-image', archive]);
    for (const name of ['product', 'ssh', 'web'] as const) {
      must([...cluster, 'tag-image', images[name], nextImages[name]]);
    }
    return run([...cluster, 'exec', '--', ...command], { GATEWAYPOOL_DEMO_OWN_CLUSTER: 'true' });
  } finally {
    if (down) run([...cluster, 'down']);
  }
}

function run([program = '', ...rest]: readonly string[], env: NodeJS.ProcessEnv = {}): number {
  return spawnSync(program, rest, { stdio: 'inherit', env: { ...process.env, ...env } }).status ?? 1;
}

function must([program = '', ...rest]: readonly string[], stdout: 'inherit' | 'pipe' = 'inherit'): string {
  const result = spawnSync(program, rest, { stdio: ['ignore', stdout, 'inherit'], encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`${[program, ...rest].join(' ')} failed`);
  return result.stdout ?? '';
}
