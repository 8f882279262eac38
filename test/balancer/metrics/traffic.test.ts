import { afterEach, describe, expect, it } from '@jest/globals';
import { soon } from '../../kube/soon.ts';
import { rawClient } from '../raw-socket.ts';
import type { Rig } from '../rig.ts';
import { type Scene, startScene } from '../scene.ts';
import { readExposition } from './exposition.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function scene(protocol: 'http' | 'tcp'): Promise<Scene> {
  const here = await startScene({}, protocol);
  cleanups.push(() => here.close());
  return here;
}

const request = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const response = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

function bytes(rig: Rig, listener: string): readonly (number | undefined)[] {
  return ['in', 'out'].map((direction) =>
    rig.metric(`gatewaypool_balancer_bytes_total{listener="${listener}",direction="${direction}"}`),
  );
}

const took = (rig: Rig, part: string): number | undefined =>
  rig.metric(`gatewaypool_balancer_request_duration_seconds_${part}`);

describe('the metrics of HTTP traffic', () => {
  it('tell the time of each request from its whole head to its last byte', async () => {
    const { clock, rig, backend, client } = await scene('http');
    client.send(request.slice(0, 20));
    const inFlight = (): number | undefined => rig.metric('gatewaypool_balancer_requests_in_flight{listener="http"}');
    await soon('the first part', () => bytes(rig, 'http')[0] === 20);
    await clock.advance(3000);
    expect(inFlight()).toBe(0);

    client.send(request.slice(20));
    const upstream = await backend.connection(0);
    await upstream.receives('GET /');
    expect(inFlight()).toBe(1);
    await clock.advance(200);
    upstream.send(response.slice(0, -1));
    await client.receives('\r\n\r\no');
    await clock.advance(200);
    upstream.send(response.slice(-1));
    await client.receives('ok');

    expect(took(rig, 'sum')).toBeCloseTo(0.4);
    expect(took(rig, 'count')).toBe(1);
    expect(inFlight()).toBe(0);
  });

  it('count our own answers to requests, and to what is no request not', async () => {
    const { rig, client } = await scene('http');
    rig.dataPlane.setBackends([]);
    client.send(request);
    await client.receives('503 ');
    const other = rawClient(rig.httpPort);
    cleanups.push(() => other.destroy());

    other.send('no request\r\n');
    await other.receives('400 ');

    expect(took(rig, 'count')).toBe(1);
    expect(rig.metric('gatewaypool_balancer_responses_total{listener="http",code="5xx"}')).toBe(1);
    expect(rig.metric('gatewaypool_balancer_responses_total{listener="http",code="4xx"}')).toBe(1);
  });

  it('count the bytes of clients in both directions', async () => {
    const { rig, backend, client } = await scene('http');
    client.send(request);
    const upstream = await backend.connection(0);
    await upstream.receives('GET /');

    upstream.send(response);
    await client.receives('ok');

    expect(bytes(rig, 'http')).toEqual([request.length, client.text.length]);
  });

  it('count the bytes of a WebSocket, but not its time', async () => {
    const { rig, backend, client } = await scene('http');
    const upgrade = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n';
    client.send(upgrade);
    const upstream = await backend.connection(0);
    await upstream.receives('GET /');
    upstream.send('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n\x81\x02hi');
    await client.receives('hi');

    upstream.send('\x81\x05hello');
    client.send('\x81\x03you');
    await client.receives('hello');
    await upstream.receives('you');

    expect(bytes(rig, 'http')).toEqual([upgrade.length + 5, client.text.length]);
    expect(took(rig, 'count')).toBeUndefined();
    expect(rig.metric('gatewaypool_balancer_requests_in_flight{listener="http"}')).toBe(0);
    expect(rig.metric('gatewaypool_balancer_sessions{backend="prod-0"}')).toBe(1);
  });

  it('are well-formed after all of this', async () => {
    const { rig, backend, client } = await scene('http');
    client.send(request);
    const upstream = await backend.connection(0);
    await upstream.receives('GET /');
    upstream.send(response);
    await client.receives('ok');

    const names = readExposition(rig.metrics()).map(({ name }) => name);

    expect(names).toContain('gatewaypool_balancer_request_duration_seconds_bucket');
    expect(names).toContain('gatewaypool_balancer_picks_total');
  });
});

describe('the metrics of TCP traffic', () => {
  it('count the bytes of clients in both directions', async () => {
    const { rig, backend, client } = await scene('tcp');
    client.send('hello');
    const upstream = await backend.connection(0);
    await upstream.receives('hello');

    upstream.send('hello, hello');
    await client.receives('hello, hello');

    expect(bytes(rig, 'tcp')).toEqual([5, 12]);
    expect(rig.metric('gatewaypool_balancer_picks_total{listener="tcp",backend="prod-0"}')).toBe(1);
  });
});
