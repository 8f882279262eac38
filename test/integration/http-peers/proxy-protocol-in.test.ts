import { createServer } from 'node:http';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { closeServers, portOf } from '../../balancer/loopback-servers.ts';
import { freePort } from '../../balancer/rig.ts';
import { onLoopback, temporaryAuthority } from '../../balancer/secure-rig.ts';
import { freePorts } from '../../cluster/processes/ports.ts';
import { run } from '../../cluster/processes/run.ts';
import { startBalancer } from '../balancer/programs.ts';
import { describeWith } from './peers/describe-with.ts';
import { runHaproxy } from './peers/haproxy.ts';

let authority: Awaited<ReturnType<typeof temporaryAuthority>>;
let tls: { certificateFile: string; keyFile: string };
let backend: number;

beforeAll(async () => {
  authority = await temporaryAuthority();
  tls = await authority.issue({ name: 'server', user: 'server', subjectAlternativeNames: onLoopback });
  backend = await portOf(
    createServer(({ headers }, response) => {
      response.end(`${String(headers['x-forwarded-for'])} ${String(headers['x-forwarded-proto'])}`);
    }),
  );
});

afterAll(async () => {
  await closeServers();
  await authority.remove();
});

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** HAProxy before our balancer. `server`: how it speaks with that. */
async function behindHaproxy(listener: object, server: string): Promise<number> {
  const port = await freePort();
  const balancer = await startBalancer({
    backends: [{ name: 'prod-0', port: backend }],
    settings: { listeners: [{ name: 'in', protocol: 'HTTP', port, acceptProxyFrom: ['127.0.0.1/32'], ...listener }] },
  });
  cleanups.push(() => balancer.remove());
  const ports = await freePorts(1);
  const [front = 0] = ports;
  const config = `
defaults
  mode tcp
  timeout client 10s
  timeout server 10s
  timeout connect 5s
listen front
  bind 127.0.0.1:${front}
  server balancer 127.0.0.1:${port} ${server}
`;
  const haproxy = await runHaproxy(config, ports);
  cleanups.push(() => haproxy.stop());
  return front;
}

await describeWith('haproxy', () => {
  it.each([
    { name: 'send-proxy-v2', server: 'send-proxy-v2' },
    { name: 'a checksum and a unique id', server: 'send-proxy-v2 proxy-v2-options crc32c,unique-id,authority' },
    { name: 'health checks that speak for themselves', server: 'send-proxy-v2 check inter 100ms' },
  ])('and $name in front, the backend is told the client of HAProxy', async ({ server }) => {
    const front = await behindHaproxy({}, server);

    const answer = await run('curl', ['-sS', '--interface', '127.0.0.7', `http://127.0.0.1:${front}/`]);

    expect(answer).toBe('127.0.0.7 undefined');
  });

  it('and TLS through it, the header comes before the handshake', async () => {
    const front = await behindHaproxy({ tls }, 'send-proxy-v2');

    const trusting = ['--cacert', authority.caFile, '--interface', '127.0.0.7'];
    const answer = await run('curl', ['-sS', ...trusting, `https://localhost:${front}/`]);

    expect(answer).toBe('127.0.0.7 https');
  });

  it('and version 1 of the header, nobody is served', async () => {
    const front = await behindHaproxy({}, 'send-proxy');

    await expect(run('curl', ['-sS', `http://127.0.0.1:${front}/`])).rejects.toThrow(/curl/);
  });
});
