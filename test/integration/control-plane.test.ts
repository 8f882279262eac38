import { existsSync, readFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ControlPlane, controlPlaneTimeoutMilliseconds, startControlPlane } from '../cluster/control-plane.ts';
import { isAlive, recordOf } from '../cluster/processes/record.ts';
import { until, untilSeen } from '../cluster/until.ts';

const testTimeoutMilliseconds = 60_000;

describe('a control plane on loopback', () => {
  let controlPlane: ControlPlane;

  beforeAll(async () => {
    controlPlane = await startControlPlane();
  }, controlPlaneTimeoutMilliseconds);

  afterAll(async () => {
    await controlPlane.stop();
  });

  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'keeps its objects and its address over a restart of the API server by %s',
    async (signal) => {
      const name = `kept-over-${signal.toLowerCase()}`;
      await controlPlane.kubectl(['create', 'configmap', name, '--from-literal=answer=42']);

      await controlPlane.restartApiServer(signal);

      const answer = await controlPlane.kubectl(['get', 'configmap', name, '-o', 'jsonpath={.data.answer}']);
      expect(answer).toBe('42');
    },
    testTimeoutMilliseconds,
  );

  it(
    'refuses connections while its API server is stopped',
    async () => {
      await controlPlane.stopApiServer('SIGKILL');

      const attempt = controlPlane.kubectl(['get', 'namespaces']);

      await expect(attempt).rejects.toThrow(/connection (to the server .* was refused|refused)/);
      await controlPlane.startApiServer();
    },
    testTimeoutMilliseconds,
  );

  it(
    'runs the controllers: what an owner owned is deleted after it',
    async () => {
      await controlPlane.kubectl(['create', 'deployment', 'web', '--image=gatewaypool.test/none:1']);
      const replicaSets = async () => controlPlane.kubectl(['get', 'replicasets', '-l', 'app=web', '-o', 'name']);
      await untilSeen(
        'the ReplicaSet of the Deployment',
        20_000,
        () => replicaSets(),
        (seen) => seen !== '',
      );

      await controlPlane.kubectl(['delete', 'deployment', 'web']);

      const gone = untilSeen(
        'the ReplicaSet to be deleted',
        20_000,
        () => replicaSets(),
        (seen) => seen === '',
      );
      await expect(gone).resolves.toBe('');
    },
    testTimeoutMilliseconds,
  );

  it('signs clients that are what their kubeconfig says', async () => {
    const kubeconfig = await controlPlane.kubeconfigFor({ name: 'ada', user: 'ada', groups: ['team:gateways'] });

    const whoami = await controlPlane.kubectl(['--kubeconfig', kubeconfig, 'auth', 'whoami', '-o', 'json']);
    const listing = controlPlane.kubectl(['--kubeconfig', kubeconfig, 'get', 'secrets']);

    expect(JSON.parse(whoami)).toMatchObject({
      status: { userInfo: { username: 'ada', groups: expect.arrayContaining(['team:gateways']) } },
    });
    await expect(listing).rejects.toThrow('secrets is forbidden: User "ada" cannot list resource "secrets"');
  });

  it('writes who did what to the audit log, without bodies', async () => {
    await controlPlane.kubectl(['create', 'configmap', 'audited', '--from-literal=word=not-for-the-log']);

    const log = readFileSync(controlPlane.auditLogPath ?? '', 'utf8');

    const events = log.split('\n').filter((line) => line.includes('"name":"audited"'));
    expect(events.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ verb: 'create', user: expect.objectContaining({ username: 'admin' }) }),
    ]);
    expect(log).not.toContain('not-for-the-log');
  });
});

describe('the end of a control plane', () => {
  it(
    'leaves no process and no file behind after stop()',
    async () => {
      const controlPlane = await startControlPlane({ controllerManager: false });
      const records = controlPlane.pids().map(recordOf);

      await controlPlane.stop();

      expect(records).toHaveLength(2);
      expect(records.map((record) => record && isAlive(record))).toEqual([false, false]);
      expect(existsSync(controlPlane.directory)).toBe(false);
    },
    testTimeoutMilliseconds,
  );

  it(
    'comes with its owner: SIGKILL of the test runner ends the daemons, the next start removes their files',
    async () => {
      const owner = await startInAnotherProcess();
      const records = owner.pids.map(recordOf);

      owner.kill();

      await until('the daemons to be gone', 30_000, () => records.every((record) => record && !isAlive(record)));
      const next = await startControlPlane({ controllerManager: false });
      expect(existsSync(owner.directory)).toBe(false);
      await next.stop();
    },
    testTimeoutMilliseconds,
  );

  it(
    'explains a start that fails with the end of the log',
    async () => {
      const start = startControlPlane({ apiServerFlags: ['--no-such-flag'] });

      await expect(start).rejects.toThrow(/kube-apiserver ended by itself[^]*unknown flag: --no-such-flag/);
    },
    testTimeoutMilliseconds,
  );
});

/** A Node process that starts a control plane, says what it started, and waits. */
async function startInAnotherProcess(): Promise<{ pids: number[]; directory: string; kill(): void }> {
  const module = join(import.meta.dirname, '../cluster/control-plane.ts');
  const program = `
    import { startControlPlane } from ${JSON.stringify(module)};
    const { directory, pids } = await startControlPlane({ controllerManager: false });
    console.log(JSON.stringify({ directory, pids: pids() }));
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface(child.stdout), 'line');
  return { ...JSON.parse(String(line)), kill: () => child.kill('SIGKILL') };
}
