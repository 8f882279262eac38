/**
 * How quiet the operator is when nothing happens (guarantee G8): 20 steady pools × 3 instances on a real control plane, 60 s, counted in
 * the API server's audit log. Its Lease and its watches are told, not judged.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { longStep } from '../cluster/progress.ts';
import { isLease, isWrite, tally } from './audit-trail.ts';
import { runBench } from './bench.ts';
import { report } from './figure.ts';
import { assertRunning, cpuMilliseconds } from './operator/operator-process.ts';
import { startSteadyPools } from './operator/steady-pools.ts';
import { instancesPerPool, poolCount } from './pools.ts';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '60' } } });
const seconds = Number(values.seconds);

await runBench(420 + seconds, async (onEnd) => {
  const { installation, operator, audit, requestsBefore } = await startSteadyPools(onEnd);

  const cpuBefore = cpuMilliseconds(operator.pid);
  await longStep(`counting for ${seconds} s`, seconds, async () => sleep(seconds * 1000));
  const cpu = cpuMilliseconds(operator.pid) - cpuBefore;
  assertRunning(operator);
  const seen = audit.read().filter(({ user }) => user.username === installation.userName);
  const leases = seen.filter(isLease);
  const watches = seen.filter(({ verb }) => verb === 'watch');
  const others = seen.filter((request) => !isLease(request) && request.verb !== 'watch');
  // An operator that stopped working would be quiet too.
  if (leases.length === 0) throw new Error('The operator did not renew its Lease: it was not at work');

  report(`Idle: ${poolCount} pools × ${instancesPerPool} instances, ${seconds} s`, [
    { figure: 'idle_requests', value: others.length, unit: 'requests', must: 0 },
    { figure: 'idle_writes', value: others.filter(isWrite).length, unit: 'writes', must: 0 },
    { figure: 'idle_lease_requests', value: leases.length, unit: 'requests' },
    { figure: 'idle_watch_requests', value: watches.length, unit: 'requests' },
    { figure: 'idle_cpu', value: cpu / seconds, unit: 'ms per second' },
    { figure: 'requests_before_idle', value: requestsBefore, unit: 'requests' },
  ]);
  for (const [what, count] of tally(others)) process.stdout.write(`  idle request: ${count} × ${what}\n`);
});
