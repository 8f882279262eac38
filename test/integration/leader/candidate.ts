import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { systemClock } from '../../../src/kube/clock.ts';
import { runLeaderElection } from '../../../src/kube/leader/election.ts';
import { LeaseFence, LeaseLostError } from '../../../src/kube/leader/fence.ts';
import { fencedClient } from '../../../src/kube/leader/fenced-client.ts';
import { configMapType } from '../config-map.ts';
import { connect } from '../connect.ts';

/**
 * A process of its own that waits for a lease and, as the leader, writes a ConfigMap again and again: what a test stops and continues with
 * signals. Arguments: kubeconfig, identity, lease and renew deadline in milliseconds. It behaves as a real program must: it exits with 1 when
 * the lease is lost, and gives it back on SIGTERM. At SIGUSR2 its event loop stands still for 6 s, right before a write.
 */
const [kubeconfigPath = '', identity = '', leaseMilliseconds = '', renewDeadlineMilliseconds = ''] =
  process.argv.slice(2);

const { client, close } = await connect(kubeconfigPath, identity);
const fence = new LeaseFence(systemClock, {
  leaseMilliseconds: Number(leaseMilliseconds),
  renewDeadlineMilliseconds: Number(renewDeadlineMilliseconds),
  retryMilliseconds: 200,
});
const writer = fencedClient(client, fence);
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
let blockNext = false;
process.on('SIGUSR2', () => {
  blockNext = true;
});

function blockEventLoop(): void {
  blockNext = false;
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 6000);
}

try {
  await runLeaderElection(
    {
      client,
      lease: { namespace: 'default', name: 'paused-leader' },
      identity,
      clock: systemClock,
      random: Math.random,
      fence,
      logger: pino({ name: identity }),
      onStartedLeading: async (signal) => {
        while (!signal.aborted) {
          if (blockNext) blockEventLoop();
          try {
            const key = { namespace: 'default', name: 'written-by' };
            await writer.mergePatch(configMapType, key, { data: { writer: identity, at: String(performance.now()) } });
          } catch (error) {
            process.stdout.write(`${JSON.stringify({ refused: error instanceof LeaseLostError })}\n`);
          }
          await sleep(20);
        }
      },
    },
    stop.signal,
  );
} catch (error) {
  process.stdout.write(`${JSON.stringify({ lost: error instanceof LeaseLostError })}\n`);
  process.exit(1);
}
close();
