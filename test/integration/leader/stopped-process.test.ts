import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { KubeClient } from '../../../src/kube/client.ts';
import { holderOf, type Lease, leaseType } from '../../../src/kube/leader/lease.ts';
import { type ControlPlane, controlPlaneTimeoutMilliseconds, startControlPlane } from '../../cluster/control-plane.ts';
import { until } from '../../cluster/until.ts';
import { auditedRequests } from '../audit-log.ts';
import { type ConfigMap, configMapType } from '../config-map.ts';
import { connect } from '../connect.ts';

const candidateProgram = fileURLToPath(new URL('./candidate.ts', import.meta.url));
const key = { namespace: 'default', name: 'paused-leader' };

interface Candidate {
  readonly process: ChildProcess;
  readonly output: string[];
  readonly exited: Promise<number | null>;
}

describe('two operator processes on a real API server', () => {
  let controlPlane: ControlPlane;
  let client: KubeClient;
  let close = (): void => {};
  const candidates: Candidate[] = [];

  const start = (identity: string): Candidate => {
    const child = spawn(process.execPath, [candidateProgram, controlPlane.kubeconfigPath, identity, '3000', '2000'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const output: string[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(...chunk.toString().split('\n')));
    const exited = once(child, 'exit').then(([code]): number | null => (typeof code === 'number' ? code : null));
    const candidate = { process: child, output, exited };
    candidates.push(candidate);
    return candidate;
  };
  const holder = async (): Promise<string> => holderOf(await client.get<Lease>(leaseType, key));
  const writerIs = (identity: string): Promise<boolean> =>
    until(`${identity} to write`, 20_000, async () => {
      const written = await client.get<ConfigMap>(configMapType, { namespace: 'default', name: 'written-by' });
      return written.data?.['writer'] === identity;
    });
  /** When the API server received what `identity` did to `resource`, oldest first. */
  const writes = async (identity: string, resource: string): Promise<string[]> =>
    (await auditedRequests(controlPlane.auditLogPath, identity))
      .filter(({ verb, objectRef }) => verb !== 'get' && objectRef?.resource === resource)
      .map((request) => request.requestReceivedTimestamp)
      .toSorted();

  beforeAll(async () => {
    controlPlane = await startControlPlane({ controllerManager: false });
    ({ client, close } = await connect(controlPlane.kubeconfigPath, 'observer'));
    await client.create<ConfigMap>(configMapType, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace: 'default', name: 'written-by' },
    });
  }, controlPlaneTimeoutMilliseconds);

  // One that a failed test left behind would hold the lease against the next test.
  afterEach(() => {
    for (const candidate of candidates.splice(0)) candidate.process.kill('SIGKILL');
  });

  afterAll(async () => {
    close();
    await controlPlane.stop();
  });

  it.each([
    {
      name: 'was stopped and continued (SIGSTOP, SIGCONT)',
      identity: 'stopped',
      // The signal can hit between the look at the fence and the first byte of the request: that one cannot be called back.
      underWay: 1,
      standStill: (child: ChildProcess) => child.kill('SIGSTOP'),
      goOn: (child: ChildProcess) => child.kill('SIGCONT'),
    },
    {
      // Deterministic where a stopped process is not: its very next step is a write, before any timer can end it.
      name: 'blocked its event loop right before a write',
      identity: 'blocked',
      underWay: 0,
      standStill: (child: ChildProcess) => child.kill('SIGUSR2'),
      goOn: () => true,
    },
  ])(
    'sees no write of a leader that $name once another one may lead, and sees it end',
    async ({ identity, underWay, standStill, goOn }) => {
      const leader = start(identity);
      await writerIs(identity);
      const heirName = `heir-of-${identity}`;
      const heir = start(heirName);
      await until('the heir to run', 20_000, () => heir.output.some((line) => line.includes(`"leader":"${identity}"`)));

      standStill(leader.process);
      await writerIs(heirName);
      goOn(leader.process);
      const exitCode = await leader.exited;
      await writerIs(heirName);

      const writesOfLeader = await writes(identity, 'configmaps');
      const [firstLeaseWriteOfHeir = ''] = await writes(heirName, 'leases');
      const late = writesOfLeader.filter((received) => Date.parse(received) >= Date.parse(firstLeaseWriteOfHeir));
      expect(exitCode).toBe(1);
      expect(leader.output).toContain('{"lost":true}');
      expect(writesOfLeader.length).toBeGreaterThan(late.length);
      expect(firstLeaseWriteOfHeir).not.toBe('');
      expect(late.length).toBeLessThanOrEqual(underWay);
      expect(await holder()).toBe(heirName);
      heir.process.kill('SIGTERM');
      await heir.exited;
    },
    60_000,
  );

  it('gives the lease back on SIGTERM and exits with 0', async () => {
    const leader = start('asked-to-end');
    await writerIs('asked-to-end');

    leader.process.kill('SIGTERM');

    expect(await leader.exited).toBe(0);
    expect(await holder()).toBe('');
  }, 60_000);
});
