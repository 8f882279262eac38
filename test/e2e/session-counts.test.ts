import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { type BackgroundProgram, startInBackground } from '../harness/background-program.ts';
import { makeBastionConfig } from '../harness/bastion-config.ts';
import { type ClientPod, inClient } from '../harness/client-pod.ts';
import { eventually } from '../harness/eventually.ts';
import { closeSessions, type HeldSessions, heldSessions, holdSessions } from '../harness/held-sessions.ts';
import { images } from '../harness/images.ts';
import { getJson } from '../harness/kubectl.ts';
import { configSecretManifest } from '../harness/manifests.ts';
import { podsOfPool } from '../harness/pods.ts';
import { poolSessions, sessionsByInstance } from '../harness/sidecar-sessions.ts';
import { closeSshSessions, openSshSessions } from '../harness/ssh-sessions.ts';
import { type Environment, prepareEnvironment, runPool, setUpMilliseconds } from './environment.ts';

let environment: Environment;
const sink = readFileSync(new URL('../harness/sink-program.js', import.meta.url), 'utf8');
const sinkPort = 9000;

/** Three instances that people dial in every way: SSH, other TCP, HTTP. */
const dialled = `
apiVersion: pam.gatewaypool.io/v1alpha1
kind: GatewayPool
metadata: {name: dialled}
spec:
  maxInstances: 3
  image: ${images.ssh}
  config: {secretName: pools-config, as: {file: /etc/gateway/config}}
  listeners:
  - {name: ssh, port: 22, targetPort: 2222, protocol: TCP}
  - {name: sink, port: ${sinkPort}, targetPort: ${sinkPort}, protocol: TCP}
  - {name: http, port: 80, targetPort: 8080, protocol: HTTP}
  template:
    spec:
      containers:
      - {name: gateway}
      - {name: sink, image: "${images.client}", command: [node, -e, ${JSON.stringify(sink)}]}
      - {name: web, image: "${images.web}"}
`;

/** Two instances that dial out, and nobody dials them. */
const dialling = `
apiVersion: pam.gatewaypool.io/v1alpha1
kind: GatewayPool
metadata: {name: dialling}
spec:
  maxInstances: 2
  image: ${images.client}
  config: {secretName: pools-config, as: {file: /etc/gateway/config}}
`;

/** Sessions that were opened, to be closed together. */
const opened: BackgroundProgram[] = [];

const hold = async (from: ClientPod, id: string, sessions: HeldSessions) => {
  const program = await holdSessions(from, id, sessions);
  opened.push(program);
  return program;
};

beforeAll(async () => {
  environment = await prepareEnvironment('session-counts');
  const { client } = environment;
  const secret = configSecretManifest('pools-config', await makeBastionConfig(client));
  await runPool(environment, 'dialled', `${secret}---${dialled}`);
  await runPool(environment, 'dialling', dialling);
  await startInBackground(client, 'sink', sink, []);
}, setUpMilliseconds);

afterAll(async () => {
  await environment.dispose();
}, 60_000);

/** The steps build on each other: 200 sessions are opened, counted, and closed. */
describe('the sessions of a pool', () => {
  it('are none while nobody works', async () => {
    const answers = [
      ...(await poolSessions(environment.namespace, 'dialled')).values(),
      ...(await poolSessions(environment.namespace, 'dialling')).values(),
    ];

    expect(answers.map(({ sessions, transit }) => ({ sessions, transit }))).toEqual(
      answers.map(() => ({ sessions: 0, transit: 0 })),
    );
    expect(answers).toHaveLength(5);
  });

  it('are 120 by instance: SSH, TCP, half-closed TCP, WebSockets', async () => {
    const { client, namespace } = environment;
    const seen: Record<string, number> = {};

    const held = await Promise.all([
      hold(client, 'tcp', { kind: 'TCP', host: 'dialled', port: sinkPort, count: 40 }),
      hold(client, 'half-closed', { kind: 'HalfClosed', host: 'dialled', port: sinkPort, count: 20 }),
      hold(client, 'web-socket', { kind: 'WebSocket', url: 'ws://dialled/ws', count: 48 }),
    ]);
    const ssh = await openSshSessions(client, { host: 'dialled', port: 22, prefix: 'people', count: 12 });
    const all = [...ssh, ...(await Promise.all(held.map(heldSessions))).flat()];
    for (const { instance } of all) seen[instance] = (seen[instance] ?? 0) + 1;

    const answers = await poolSessions(namespace, 'dialled');
    expect(all).toHaveLength(120);
    expect(sessionsByInstance(answers.values())).toEqual(seen);
    for (const [slot, { backends, sessions, transit }] of answers) {
      const elsewhere = Object.entries(backends).filter(([instance]) => instance !== slot);
      expect({ slot, sessions, transit }).toEqual({
        slot,
        sessions: backends[slot] ?? 0,
        transit: elsewhere.reduce((sum, [, count]) => sum + count, 0),
      });
    }
  }, 60_000);

  it('are 20 more with requests whose answer is long in coming', async () => {
    await hold(environment.client, 'request', { kind: 'Request', url: 'http://dialled/wait', count: 20 });

    const total = await eventually('the sidecars have read the requests', 30, async () => {
      const now = await totalOf('dialled');
      return now >= 140 && now;
    });
    expect(total).toBe(140);
  }, 90_000);

  it('are 60 that outbound-only instances opened: TCP, TCP over IPv6 sockets, half-closed TCP, UDP', async () => {
    const { client, namespace } = environment;
    const [first, second] = await podsOfPool(namespace, 'dialling');
    const target = await addressesOf(client);
    const from = (pod: string): ClientPod => ({ namespace, name: pod, container: 'gateway' });
    const near = first?.node === target.node ? first : second;
    const far = near === first ? second : first;
    const [nearby, faraway] = [from(near?.name ?? ''), from(far?.name ?? '')];

    await Promise.all([
      hold(nearby, 'tcp', { kind: 'TCP', host: target.ipv4, port: sinkPort, count: 15 }),
      hold(nearby, 'tcp6', { kind: 'TCP', host: target.ipv6, port: sinkPort, count: 10 }),
      hold(nearby, 'half-closed', { kind: 'HalfClosed', host: target.ipv4, port: sinkPort, count: 5 }),
      hold(nearby, 'udp', { kind: 'UDP', host: target.ipv4, port: sinkPort, count: 10 }),
      hold(faraway, 'tcp', { kind: 'TCP', host: target.ipv4, port: sinkPort, count: 10 }),
      hold(faraway, 'mapped', { kind: 'TCP', host: `::ffff:${target.ipv4}`, port: sinkPort, count: 10 }),
    ]);

    const answers = await poolSessions(namespace, 'dialling');
    expect(answers.get(near?.slot ?? '')).toMatchObject({ sessions: 40, transit: 0 });
    expect(answers.get(far?.slot ?? '')).toMatchObject({ sessions: 20, transit: 0 });
  }, 60_000);

  it('are none again within two seconds after the last one ended', async () => {
    await Promise.all([...opened.map(closeSessions), closeSshSessions(environment.client, 'people')]);
    const closed = performance.now();

    // Of the last look that still saw one: how long the looks themselves take is not the sidecars' doing.
    let lastCounted = 0;
    await eventually('no session is counted', 60, async () => {
      const asked = performance.now();
      const total = (await totalOf('dialled')) + (await totalOf('dialling'));
      if (total === 0) return true;
      lastCounted = (asked - closed) / 1000;
      throw new Error(`${total} are counted`);
    });

    process.stderr.write(`the last session ended; ${lastCounted.toFixed(1)} s later one was still counted\n`);
    expect(lastCounted).toBeLessThan(2);
  }, 120_000);
});

/** All sessions of a pool, each counted once. */
async function totalOf(pool: string): Promise<number> {
  const answers = [...(await poolSessions(environment.namespace, pool)).values()];
  return answers.reduce((sum, { sessions, transit }) => sum + (sessions ?? Number.NaN) + transit, 0);
}

const PodAddresses = z.object({
  spec: z.object({ nodeName: z.string() }),
  status: z.object({ podIPs: z.array(z.object({ ip: z.string() })) }),
});

/** Of a pod. Without an IPv6 address of its cluster it is reached by its link-local one from its own node, and without any by IPv4. */
async function addressesOf(pod: ClientPod): Promise<{ node: string; ipv4: string; ipv6: string }> {
  const { spec, status } = await getJson(PodAddresses, ['pod', pod.name, '-n', pod.namespace]);
  const addresses = status.podIPs.map(({ ip }) => ip);
  const ipv4 = addresses.find((address) => !address.includes(':')) ?? '';
  const linkLocal = /inet6 (fe80:[0-9a-f:]+)/.exec(
    await inClient(pod, 'ip -6 addr show eth0 2>/dev/null || true'),
  )?.[1];
  const ipv6 = addresses.find((address) => address.includes(':')) ?? (linkLocal ? `${linkLocal}%eth0` : ipv4);
  return { node: spec.nodeName, ipv4, ipv6 };
}
