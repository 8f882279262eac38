import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { inClient } from '../harness/client-pod.ts';
import { eventually } from '../harness/eventually.ts';
import { images } from '../harness/images.ts';
import { kubectl } from '../harness/kubectl.ts';
import { configSecretManifest } from '../harness/manifests.ts';
import { podsOfPool } from '../harness/pods.ts';
import { patchPool } from '../harness/pools.ts';
import { type Environment, prepareEnvironment, runPool, setUpMilliseconds } from './environment.ts';

let environment: Environment;
const queueSeconds = 2;

const pool = stringify({
  apiVersion: 'pam.gatewaypool.io/v1alpha1',
  kind: 'GatewayPool',
  metadata: { name: 'few' },
  spec: {
    maxInstances: 1,
    image: images.web,
    config: { secretName: 'few-config', as: { env: 'GATEWAY_CONFIG' } },
    listeners: [{ name: 'http', port: 80, targetPort: 8080, protocol: 'HTTP' }],
    balancer: {
      limits: { maxSessionsPerInstance: 1, queueLength: 1, queueSeconds },
      accessLog: { samplePercent: 100 },
    },
  },
});

beforeAll(async () => {
  environment = await prepareEnvironment('limits');
  await runPool(environment, 'few', `${configSecretManifest('few-config', 'target none 22')}---\n${pool}`);
}, setUpMilliseconds);

afterAll(async () => {
  await environment.dispose();
}, 60_000);

describe('a pool whose instance bears one session', () => {
  it('lets the next one wait for its time, and refuses the one after that at once', async () => {
    const { client } = environment;
    const ask = `curl -s -o /dev/null -w '%{http_code} %{time_total}\\n' http://few/`;
    const one = 'curl -s -o /dev/null --max-time 20 http://few/wait & one=$!';

    const told = await inClient(
      client,
      `${one}; sleep 1; ${ask} > /tmp/second & sleep 0.5; ${ask}; wait $!; cat /tmp/second; kill $one`,
    );

    const [third = [], second = []] = told
      .trim()
      .split('\n')
      .map((line) => line.split(' ').map(Number));
    expect([third[0], second[0]]).toEqual([503, 503]);
    expect(third[1]).toBeLessThan(1);
    expect(second[1]).toBeGreaterThanOrEqual(queueSeconds);
    // Time-outs are looked after twice a second.
    expect(second[1]).toBeLessThan(queueSeconds + 2);
  }, 60_000);

  it('bears more as soon as its user says so, without a restart', async () => {
    const { client, namespace } = environment;
    const before = await podsOfPool(namespace, 'few');
    let isHeld = true;
    const held = inClient(client, 'curl -s -o /dev/null --max-time 15 http://few/wait || true').finally(() => {
      isHeld = false;
    });

    const statusIs = async (wanted: string): Promise<boolean> => {
      const status = await inClient(client, `curl -s -o /dev/null -w '%{http_code}' 'http://few/?token=c4n4ry'`);
      return status === wanted;
    };
    await eventually('the instance is full', 10, () => statusIs('503'));

    await patchPool(namespace, 'few', { balancer: { limits: { maxSessionsPerInstance: 2 } } });
    await eventually('another request is answered', 8, () => statusIs('200'));
    const stillHeld = isHeld;
    await held;

    expect(stillHeld).toBe(true);
    expect((await podsOfPool(namespace, 'few')).map(({ uid }) => uid)).toEqual(before.map(({ uid }) => uid));
  }, 60_000);

  it('writes each request down, without what may be secret in it', async () => {
    const { namespace } = environment;
    const [pod] = await podsOfPool(namespace, 'few');
    const lines = await eventually('a line of the access log', 20, async () => {
      const log = await kubectl(['logs', pod?.name ?? '', '-n', namespace, '-c', 'balancer']);
      const entries = log.split('\n').filter((line) => line.includes('Answered a request'));
      return entries.some((line) => line.includes('"status":200')) && entries;
    });

    expect(lines.join('\n')).toMatch(/"method":"GET","path":"\/","status":200/u);
    expect(lines.join('\n')).not.toContain('c4n4ry');
  }, 40_000);
});
