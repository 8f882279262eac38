import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { run } from '../cluster/processes/run.ts';
import { until } from '../cluster/until.ts';
import { type ClusterSettings, clusterSettings } from '../cluster/whole/settings.ts';

const program = join(import.meta.dirname, '../cluster/main.ts');
/** Long enough for a first build of everything. */
const firstStartMilliseconds = 20 * 60_000;
const testMilliseconds = 120_000;

/** A cluster beside the one that a developer may have up. */
const environment = { ...process.env, GATEWAYPOOL_CLUSTER_STATE: '/var/tmp/gatewaypool-e2e-own-cluster' };
const settings = clusterSettings(environment);

const workload = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: app}
spec:
  replicas: 2
  selector: {matchLabels: {app: app}}
  template:
    metadata: {labels: {app: app}}
    spec:
      topologySpreadConstraints:
      - {maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: app}}}
      initContainers:
      - name: sidecar
        image: gatewaypool.test/client:1
        restartPolicy: Always
        command: [sleep, infinity]
        startupProbe: {exec: {command: ["true"]}, periodSeconds: 1}
      containers:
      - name: web
        image: gatewaypool.test/gateway-web:1
        ports: [{containerPort: 8080}]
        readinessProbe: {httpGet: {path: /healthz, port: 8080}, periodSeconds: 1}
---
apiVersion: v1
kind: Service
metadata: {name: app}
spec: {selector: {app: app}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Pod
metadata: {name: client}
spec:
  terminationGracePeriodSeconds: 0
  containers: [{name: client, image: "gatewaypool.test/client:1"}]
`;

describe('a whole cluster', () => {
  beforeAll(async () => {
    await cluster('up');
    await kubectl(['apply', '-f', '-'], workload);
    await kubectl(['rollout', 'status', 'deployment/app', '--timeout=90s']);
    await kubectl(['wait', 'pod/client', '--for=condition=Ready', '--timeout=60s']);
  }, firstStartMilliseconds);

  afterAll(async () => {
    await cluster('down');
  }, testMilliseconds);

  it('runs pods with a native sidecar on both nodes', async () => {
    const nodes = await kubectl(['get', 'pods', '-l', 'app=app', '-o', 'jsonpath={.items[*].spec.nodeName}']);

    expect(nodes.split(' ').sort()).toEqual(['n1', 'n2']);
  });

  it(
    'reaches both pods through their Service: by name from a pod, by address from the test runner',
    async () => {
      const pods = (await kubectl(['get', 'pods', '-l', 'app=app', '-o', 'jsonpath={.items[*].metadata.name}'])).split(
        ' ',
      );
      const address = await kubectl(['get', 'service', 'app', '-o', 'jsonpath={.spec.clusterIP}']);

      const fromPod = await kubectl([
        'exec',
        'client',
        '--',
        'sh',
        '-c',
        'for i in $(seq 40); do curl -s http://app/; done',
      ]);
      const fromHere = await cluster(
        'exec',
        '--',
        'sh',
        '-c',
        `for i in $(seq 40); do curl -s http://${address}/; done`,
      );

      for (const answers of [fromPod, fromHere]) {
        expect([...new Set(answers.trim().split('\n'))].sort()).toEqual(pods.sort());
      }
    },
    testMilliseconds,
  );

  it('has no way out: not from a pod, not from the control plane', async () => {
    const out = ['sh', '-c', 'curl -s -m 3 http://192.0.2.1/; echo "exit $?"'];

    const fromPod = await kubectl(['exec', 'client', '--', ...out]);
    const fromHere = await cluster('exec', '--', ...out);

    // curl's exit code 7: the connection failed at once, as opposed to 28, a time-out.
    expect([fromPod.trim(), fromHere.trim()]).toEqual(['exit 7', 'exit 7']);
  });

  it('lets the machine in through the relay', async () => {
    const kubeconfig = join(settings.stateDirectory, 'outside.kubeconfig');
    const kubectlPath = (await cluster('exec', '--', 'sh', '-c', 'command -v kubectl')).trim();

    const nodes = await run(kubectlPath, ['--kubeconfig', kubeconfig, 'get', 'nodes', '-o', 'name']);

    expect(nodes).toBe('node/n1\nnode/n2\n');
  });

  it(
    'survives the power-off of a node, and takes it back',
    async () => {
      await cluster('node-down', '2');
      await kubectl(['wait', 'node/n2', '--for=condition=Ready=Unknown', '--timeout=60s']);

      await cluster('node-up', '2');

      await kubectl(['wait', 'node/n2', '--for=condition=Ready', '--timeout=60s']);
      const rollout = await kubectl(['rollout', 'status', 'deployment/app', '--timeout=60s']);
      expect(rollout).toContain('successfully rolled out');
    },
    testMilliseconds,
  );

  it(
    'can lose its API server and start it again',
    async () => {
      await cluster('stop-component', 'kube-apiserver', '--kill');
      await expect(kubectl(['get', 'nodes'])).rejects.toThrow('refused');

      await cluster('start-component', 'kube-apiserver');

      const ready = until('the API server', 60_000, async () => kubectl(['get', 'nodes', '-o', 'name']));
      await expect(ready).resolves.toContain('node/n1');
    },
    testMilliseconds,
  );

  it('tells a program inside how its command ended', async () => {
    await expect(cluster('exec', '--', 'sh', '-c', 'exit 7')).rejects.toThrow('exit code 7');
  });

  it('is left alone by a second start', async () => {
    const pids = await cluster('status');

    await cluster('up');

    expect(await cluster('status')).toBe(pids);
  });
});

describe('the end of a whole cluster', () => {
  it(
    'leaves no trace',
    async () => {
      await cluster('up');
      expect(tracesOf(settings)).not.toEqual([]);
      const before = await networkOfTheMachine();

      await cluster('down');

      expect(tracesOf(settings)).toEqual([]);
      expect(await networkOfTheMachine()).toBe(before);
    },
    testMilliseconds,
  );

  it.each([300, 800, 1500, 3000])(
    'leaves no trace when the start was killed after %i ms',
    async (milliseconds) => {
      const start = spawn(process.execPath, [program, 'up'], { env: environment, stdio: 'ignore' });
      const ended = once(start, 'exit');
      // Not a wait for something: the very moment of the kill is what differs.
      await sleep(milliseconds);
      start.kill('SIGKILL');
      await ended;

      await cluster('down');

      expect(tracesOf(settings)).toEqual([]);
    },
    testMilliseconds,
  );

  it(
    'a start after a killed start works',
    async () => {
      const start = spawn(process.execPath, [program, 'up'], { env: environment, stdio: 'ignore' });
      const ended = once(start, 'exit');
      await until('the first node', 60_000, () => existsSync(join(settings.stateDirectory, 'run/n1.pid')));
      start.kill('SIGKILL');
      await ended;

      await cluster('up');

      const nodes = await kubectl(['get', 'nodes', '-o', 'name']);
      await cluster('down');
      expect(nodes).toBe('node/n1\nnode/n2\n');
    },
    testMilliseconds,
  );

  it('is not an error where no cluster runs', async () => {
    await expect(cluster('down')).resolves.toBe('');
    await expect(cluster('exec', '--', 'true')).rejects.toThrow('no cluster runs in');
  });
});

async function cluster(...args: string[]): Promise<string> {
  return run(process.execPath, [program, ...args], { env: environment, timeoutMilliseconds: firstStartMilliseconds });
}

async function kubectl(args: readonly string[], input?: string): Promise<string> {
  return run(process.execPath, [program, 'exec', '--', 'kubectl', ...args], {
    env: environment,
    timeoutMilliseconds: testMilliseconds,
    ...(input === undefined ? {} : { input }),
  });
}

/** Everything on this machine that belongs to the cluster: its files, processes, mounts and cgroups. */
function tracesOf({ stateDirectory, cgroupParent }: ClusterSettings): string[] {
  const cgroups = readdirSync('/sys/fs/cgroup', { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join('/sys/fs/cgroup', entry.name, cgroupParent));
  const processes = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry));
  return [
    ...[stateDirectory, join('/sys/fs/cgroup', cgroupParent), ...cgroups].filter((path) => existsSync(path)),
    ...processes.map((pid) => readOrNothing(`/proc/${pid}/cmdline`)).filter((line) => line.includes(stateDirectory)),
    ...readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .filter((line) => line.includes(stateDirectory)),
  ];
}

function readOrNothing(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** Of the machine itself, with its interfaces and named network namespaces. */
async function networkOfTheMachine(): Promise<string> {
  const commands = ['nft list ruleset', 'ip -br link', 'ip netns'];
  return run('sh', ['-c', commands.join('; ')], {
    env: { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin` },
  });
}
