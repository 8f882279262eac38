import { setTimeout as sleep } from 'node:timers/promises';
import { type ControlPlane, startControlPlane } from '../../cluster/control-plane.ts';
import type { DaemonChild } from '../../cluster/processes/child.ts';
import { longStep, say } from '../../cluster/progress.ts';
import { until } from '../../cluster/until.ts';
import { type AuditTrail, followAuditLog, isLease } from '../audit-trail.ts';
import type { OnEnd } from '../bench.ts';
import { instancesPerPool, namespaceManifest, poolCount, poolsManifest } from '../pools.ts';
import { runFakeNodes } from './fake-nodes.ts';
import { type Installation, installChart } from './installation.ts';
import { assertRunning, startOperator } from './operator-process.ts';

/** A real control plane, the operator as a process, and all pools Ready with nothing left to do. */
export interface SteadyPools {
  readonly controlPlane: ControlPlane;
  readonly installation: Installation;
  readonly operator: DaemonChild;
  /** Has been read up to the moment when the pools were steady. */
  readonly audit: AuditTrail;
  /** What the operator sent until the pools were steady, its watches and its Lease left out. */
  readonly requestsBefore: number;
}

const namespace = 'gateways';
const isReady = '{.items[*].status.conditions[?(@.type=="Ready")].status}';
/** Takes half a minute on two idle cores, and much longer beside other work. */
const readySeconds = 240;
/** No request for so long counts as steady: longer than the 30 s after which the operator asks again for an API that was not served yet … */
const quietSeconds = 35;
/** … and has to be reached within this time. */
const steadySeconds = 120;

export async function startSteadyPools(onEnd: OnEnd): Promise<SteadyPools> {
  const controlPlane = await longStep('control plane', 5, async () => startControlPlane());
  onEnd(async () => controlPlane.stop());
  if (controlPlane.auditLogPath === undefined) throw new Error('The control plane has no audit log');
  const audit = followAuditLog(controlPlane.auditLogPath);

  const ending = new AbortController();
  const nodes = runFakeNodes(controlPlane.kubeconfigPath, ending.signal);
  onEnd(async () => {
    ending.abort();
    await nodes;
  });

  const installation = await installChart(controlPlane);
  const operator = startOperator(installation, {
    directory: controlPlane.directory,
    server: new URL(controlPlane.server),
  });
  onEnd(async () => operator.stop(5000));

  await longStep(`${poolCount} pools × ${instancesPerPool} Ready`, 20, async () => {
    await controlPlane.kubectl(['apply', '-f', '-'], namespaceManifest(namespace));
    await controlPlane.kubectl(['apply', '-f', '-'], poolsManifest(namespace));
    // Not `kubectl wait`: it would outlive an interruption.
    const readyPools = async () => {
      const words = await controlPlane.kubectl(['get', 'gatewaypools', '-n', namespace, '-o', `jsonpath=${isReady}`]);
      return words.split(' ').filter((status) => status === 'True').length;
    };
    const allReady = async () => (await readyPools()) === poolCount;
    await until('all pools to be Ready', readySeconds * 1000, allReady, 1000).catch(async (error: unknown) => {
      assertRunning(operator);
      say(await controlPlane.kubectl(['get', 'gatewaypools', '-n', namespace]));
      throw error;
    });
  });
  const requestsBefore = await longStep('until the operator is quiet', quietSeconds, async () =>
    waitUntilQuiet(audit, installation),
  );
  assertRunning(operator);
  if (requestsBefore === 0) throw new Error('The audit log shows no request of the operator: it cannot be measured');
  return { controlPlane, installation, operator, audit, requestsBefore };
}

async function waitUntilQuiet(audit: AuditTrail, { userName }: Installation): Promise<number> {
  const deadline = performance.now() + steadySeconds * 1000;
  let total = 0;
  let quiet = 0;
  while (quiet < quietSeconds) {
    if (performance.now() > deadline) throw new Error(`The operator did not become quiet within ${steadySeconds} s`);
    await sleep(1000);
    const mine = audit.read().filter(({ user }) => user.username === userName);
    const requests = mine.filter((request) => request.verb !== 'watch' && !isLease(request)).length;
    total += requests;
    quiet = requests === 0 ? quiet + 1 : 0;
  }
  return total;
}
