import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until, untilSeen } from '../../cluster/until.ts';
import { addresses, createPodNetwork } from './pod-network.ts';
import type { PodNetwork } from './pod-network.ts';
import { ports } from './ports.ts';
import { startWorker } from './worker.ts';
import type { Worker } from './worker.ts';

/** The router's name is known from /etc/hosts, over which a file of this test is mounted for the sidecar. */
const settings = `sessions: {source: Kernel, ignore: [{host: router.test, port: ${ports.router}}]}`;
const hosts = [
  `${addresses.outside.ipv4} router.test`,
  `${addresses.outside.ipv6} router.test`,
  '127.0.0.1 localhost',
  '',
].join('\n');
const overHosts = ['unshare', '--mount', 'sh', '-c', 'mount --bind "$0" /etc/hosts && exec "$@"'];

const endMilliseconds = 2000;

let network: PodNetwork;
let folder: string;
let farEnd: Worker;
let gateway: Worker;
let sidecar: Worker;

beforeAll(async () => {
  network = await createPodNetwork();
  folder = await mkdtemp(join(tmpdir(), 'gatewaypool-sessions-'));
  await writeFile(join(folder, 'hosts'), hosts);
  farEnd = await startWorker({ network, place: 'outside', program: 'far-end.ts' });
  gateway = await startWorker({ network, place: 'pod', program: 'gateway.ts' });
  sidecar = await startWorker({
    network,
    place: 'pod',
    program: 'sidecar.ts',
    env: { SETTINGS: settings },
    by: [...overHosts, join(folder, 'hosts')],
  });
}, 60_000);

afterAll(async () => {
  for (const worker of [sidecar, gateway, farEnd]) await worker.stop();
  await network.remove();
  await rm(folder, { recursive: true });
});

afterEach(async () => {
  await gateway.call('endAll');
  await farEnd.call('endAll');
  await untilSeen(
    'no session',
    30_000,
    () => sessionsNow(),
    (seen) => seen === 0,
  );
});

async function sessionsNow(): Promise<unknown> {
  const { sessions } = Object(await sidecar.call('count'));
  return sessions;
}

/** Milliseconds until nobody is counted any more. */
async function timeToNobody(): Promise<number> {
  const startedAt = performance.now();
  await untilSeen(
    'no session',
    30_000,
    () => sessionsNow(),
    (seen) => seen === 0,
    20,
  );
  return performance.now() - startedAt;
}

const kindsOfSessions = [
  'TCP over IPv4',
  'TCP over IPv6',
  'IPv4 on an IPv6 socket',
  'ended by us, half open',
  'ended by them, half open',
  'UDP over IPv4',
  'UDP over IPv6',
  'UDP over IPv4 on an IPv6 socket',
  'UDP with anybody, IPv4',
  'UDP with anybody, IPv6',
];

const otherKinds = [
  'router over IPv4',
  'router over IPv6',
  'router on an IPv6 socket',
  'DNS',
  'loopback, IPv4',
  'loopback, IPv6',
  'loopback, UDP',
  'own address, IPv4',
  'own address, IPv6',
  'closed by us, then by them',
  'closed by them, then by us',
  'closed by us, not by them',
  'being opened',
];

describe('an outbound-only gateway with real connections', () => {
  it.each(kindsOfSessions)('has 3 sessions: %s', async (kind) => {
    await gateway.call('begin', kind, 3);

    expect(await sessionsNow()).toBe(3);
  });

  it.each(otherKinds)('has no session: %s', async (kind) => {
    await gateway.call('begin', kind, 3);

    expect(await sidecar.call('count')).toEqual({ sessions: 0, busyPeers: [] });
  });

  it('has a session with who dialled in, and none with who asks the sidecar', async () => {
    await farEnd.call('dial', addresses.pod.ipv4, ports.gateway, 1);
    await farEnd.call('dial', addresses.pod.ipv6, ports.gateway, 2);
    await farEnd.call('dial', addresses.pod.ipv4, ports.admin, 3);

    expect(await sidecar.call('count')).toEqual({
      sessions: 3,
      busyPeers: ['fd77::1 on port 9000', '10.77.0.1 on port 9000'],
    });
  });

  it('has 200 sessions of mixed kinds beside connections that are none, and 0 within 2 s after the last one ended', async () => {
    for (const kind of otherKinds) await gateway.call('begin', kind, 5);
    for (const kind of kindsOfSessions) await gateway.call('begin', kind, 18);
    await farEnd.call('dial', addresses.pod.ipv4, ports.gateway, 10);
    await farEnd.call('dial', addresses.pod.ipv6, ports.gateway, 10);

    const sessions = await sessionsNow();
    await gateway.call('endAll');
    await farEnd.call('endAll');
    const milliseconds = await timeToNobody();

    expect(sessions).toBe(200);
    expect(milliseconds).toBeLessThan(endMilliseconds);
  });

  it('has a session as long as bytes that it has sent are under way, also after it closed the connection', async () => {
    await gateway.call('closeUnread');
    const before = await sidecar.call('count');

    await farEnd.call('read');
    const milliseconds = await timeToNobody();

    expect(before).toEqual({ sessions: 1, busyPeers: [`${addresses.outside.ipv4}:${ports.readsLate}`] });
    expect(milliseconds).toBeLessThan(endMilliseconds);
  });
});

describe('a listening gateway with real connections', () => {
  it('has the connections that came from outside, and not those of the pod itself', async () => {
    await farEnd.call('dial', addresses.pod.ipv4, ports.gateway, 3);
    await farEnd.call('dial', addresses.pod.ipv6, ports.gateway, 4);
    await gateway.call('begin', 'own address, IPv4', 2);
    await gateway.call('begin', 'own address, IPv6', 2);
    await gateway.call('begin', 'loopback, IPv6', 2);
    const during = await sidecar.call('fromOutside', [ports.gateway]);

    await gateway.call('endAll');
    await farEnd.call('endAll');
    await until('nobody from outside', endMilliseconds, async () => {
      return (await sidecar.call('fromOutside', [ports.gateway])) === 0;
    });

    expect(during).toBe(7);
  });
});
