import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventuallySeen } from '../harness/eventually.ts';
import { runHttpLoad } from '../harness/http-load.ts';
import { killGatewayProcess } from '../harness/kill-gateway.ts';
import { kubectl } from '../harness/kubectl.ts';
import { podsOfPool } from '../harness/pods.ts';
import { isReady, waitForPool } from '../harness/pools.ts';
import { type Environment, prepareEnvironment, runWebPool, setUpMilliseconds } from './environment.ts';

let environment: Environment;

beforeAll(async () => {
  environment = await prepareEnvironment('failover');
  await runWebPool(environment, 'web', 3);
}, setUpMilliseconds);

afterAll(async () => {
  await environment.dispose();
}, 60_000);

describe('HTTP under load', () => {
  it('loses no GET when a gateway process is killed', async () => {
    const load = runHttpLoad(environment.client, { url: 'http://web/', seconds: 20, connections: 16 });
    const victim = await killGatewayProcess(environment.namespace, 'web-1', 'websocketd', 5000);

    const result = await load;

    expect(result.errors).toEqual({});
    expect(result.failed).toBe(0);
    expect(Object.keys(result.byInstance).sort()).toEqual(['web-0', 'web-1', 'web-2']);
    const pods = await eventuallySeen(
      'the kubelet tells the restart',
      30,
      () => podsOfPool(environment.namespace, 'web'),
      (seen) => {
        return seen.some(({ name, restarts }) => name === victim && restarts > 0);
      },
    );
    expect(pods.find(({ name }) => name === victim)?.restarts).toBe(1);
  }, 90_000);

  it('tells the honest number when a whole pod is killed, and goes on', async () => {
    await waitForPool(environment.namespace, 'web', 'Ready again', 60, isReady);
    const victim = (await podsOfPool(environment.namespace, 'web')).find(({ slot }) => slot === 'web-2');

    const load = runHttpLoad(environment.client, { url: 'http://web/', seconds: 15, connections: 16 });
    await kubectl(['delete', 'pod', '-n', environment.namespace, victim?.name ?? '', '--force', '--grace-period=0']);
    const result = await load;

    // What was inside the pod, or had entered through its sidecar, is lost; at most one request per connection.
    process.stderr.write(`a pod was killed under load: ${result.failed} of ${result.requests} requests failed\n`);
    expect(result.failed).toBeLessThanOrEqual(16);
    await waitForPool(environment.namespace, 'web', 'Ready again', 90, isReady);
  }, 180_000);
});
