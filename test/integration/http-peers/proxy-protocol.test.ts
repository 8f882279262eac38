import { once } from 'node:events';
import { afterEach, expect, it } from '@jest/globals';
import { rawClient } from '../../balancer/raw-socket.ts';
import { freePorts } from '../../cluster/processes/ports.ts';
import { startBalancer } from '../balancer/programs.ts';
import { describeWith } from './peers/describe-with.ts';
import { runHaproxy } from './peers/haproxy.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** HAProxy that answers with the address it was told. `bind`: what is said of its listener. */
async function tellingHaproxy(bind: string): Promise<number> {
  const ports = await freePorts(1);
  const [port = 0] = ports;
  const config = `
defaults
  mode http
  timeout client 10s
frontend telling
  bind 127.0.0.1:${port} ${bind}
  http-request return status 200 content-type text/plain lf-string "client %[src]:%[src_port] at %[dst]:%[dst_port]"
`;
  const haproxy = await runHaproxy(config, ports);
  cleanups.push(() => haproxy.stop());
  return port;
}

await describeWith('haproxy', () => {
  it('with accept-proxy behind a TCP listener is told where the client is with proxyProtocol V2', async () => {
    const port = await tellingHaproxy('accept-proxy');
    const balancer = await startBalancer({ backends: [{ name: 'haproxy', port }], settings: { proxyProtocol: 'V2' } });
    cleanups.push(() => balancer.remove());
    const client = rawClient(balancer.tcpPort);
    await once(client.socket, 'connect');

    client.send('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    const text = await client.ends();

    expect(text).toContain(`client 127.0.0.1:${client.socket.localPort} at 127.0.0.1:${balancer.tcpPort}`);
  });

  it('answers nothing when it waits in vain to be told', async () => {
    const port = await tellingHaproxy('accept-proxy');
    const balancer = await startBalancer({ backends: [{ name: 'haproxy', port }] });
    cleanups.push(() => balancer.remove());
    const client = rawClient(balancer.tcpPort);

    client.send('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    const text = await client.ends();

    expect(text).not.toContain('client');
  });
});
