import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { systemClock } from '../../../src/kube/clock.ts';
import { runLeaderElection } from '../../../src/kube/leader/election.ts';
import { LeaseFence, LeaseLostError } from '../../../src/kube/leader/fence.ts';
import { fencedClient } from '../../../src/kube/leader/fenced-client.ts';
import { configMapType } from '../config-map.ts';
import { connect } from '../connect.ts';

/**
 * A process of its own that waits for a lease and, as the leader, writes a ConfigMap every 20 ms: what a test stops and continues with
 * signals. Arguments: kubeconfig, identity, lease and renew deadline in milliseconds. It behaves as a real program must: it exits with 1 when
 * the lease is lost, and gives it back on SIGTERM.
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
          await writer
            .mergePatch(configMapType, { namespace: 'default', name: 'written-by' }, { data: { writer: identity } })
            .catch((error: unknown) => {
              process.stdout.write(`${JSON.stringify({ refused: error instanceof LeaseLostError })}\n`);
            });
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
