import { createServer } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { closeServers, portOf } from '../../balancer/loopback-servers.ts';
import { freePort } from '../../balancer/rig.ts';
import { run } from '../../cluster/processes/run.ts';
import { startBalancer } from '../balancer/programs.ts';
import { describeWith } from './peers/describe-with.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
  await closeServers();
});

/** What curl wants to reach, and the port of a gateway that leads there by CONNECT. */
let site: number;
let gateway: number;

beforeEach(async () => {
  site = await portOf(createServer((request, response) => response.end(`${request.method} ${request.url}`)));
  const server = createServer((_, response) => response.end('no tunnel'));
  server.on('connect', (request, socket, head) => {
    if (request.url !== `127.0.0.1:${site}`) {
      socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    const upstream = connect(site, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.write(head);
      socket.pipe(upstream).pipe(socket);
    });
    for (const end of [socket, upstream]) end.on('error', () => void [socket.destroy(), upstream.destroy()]);
  });
  gateway = await portOf(server);
});

async function tunnelTo(target: string, allowConnect = true): Promise<string> {
  const port = await freePort();
  const listeners = [{ name: 'proxy', protocol: 'HTTP', port, allowConnect }];
  const balancer = await startBalancer({ backends: [{ name: 'prod-0', port: gateway }], settings: { listeners } });
  cleanups.push(() => balancer.remove());
  return run('curl', ['-sS', '--proxytunnel', '--proxy', `http://127.0.0.1:${port}`, `http://${target}/path`]);
}

await describeWith('curl', () => {
  it('reaches a site through a gateway by CONNECT', async () => {
    expect(await tunnelTo(`127.0.0.1:${site}`)).toBe('GET /path');
  });

  it('is told that the gateway refuses', async () => {
    await expect(tunnelTo('127.0.0.1:1')).rejects.toThrow(/403/);
  });

  it('is refused by the balancer where tunnels are not allowed', async () => {
    await expect(tunnelTo(`127.0.0.1:${site}`, false)).rejects.toThrow(/405/);
  });
});
