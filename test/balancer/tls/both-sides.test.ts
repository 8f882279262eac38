import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocket, WebSocketServer } from 'ws';
import { listenOnLoopback } from '../../faults/loopback.ts';
import { until } from '../../cluster/until.ts';
import { backendAt } from '../rig.ts';
import { setSecureStage } from '../secure-stage.ts';
import { onLoopback, secureClient, secured, secureServer, temporaryAuthority } from '../secure-rig.ts';

let authority: Awaited<ReturnType<typeof temporaryAuthority>>;
let tls: { certificateFile: string; keyFile: string };
let pair: { cert: Buffer; key: Buffer };

beforeAll(async () => {
  authority = await temporaryAuthority();
  tls = await authority.issue({ name: 'server', user: 'server', subjectAlternativeNames: onLoopback });
  pair = { cert: readFileSync(tls.certificateFile), key: readFileSync(tls.keyFile) };
});

afterAll(() => authority.remove());

const { cleanups, rigOf } = setSecureStage();

const sum = (text: string): string => createHash('sha256').update(text, 'latin1').digest('hex');

describe('TLS on both sides', () => {
  it('carries many sessions at the same time, each octet in its place', async () => {
    const server = await secureServer(pair, ({ socket }) => void socket.pipe(socket));
    cleanups.push(() => server.close());
    const rig = await rigOf({ protocol: 'TCP', tls, targetTls: { caFile: authority.caFile } }, [
      backendAt('prod-0', server.port),
    ]);

    const trips = [1, 2, 3, 4, 5, 6].map(async (index) => {
      const client = secureClient(rig.port, { ca: readFileSync(authority.caFile) });
      cleanups.push(() => client.destroy());
      await secured(client);
      const lines = Array.from({ length: 60_000 }, (_, line) => `${index}-${line}-${'x'.repeat(line % 50)}\n`).join('');
      for (let at = 0; at < lines.length; at += 70_001) {
        if (!client.socket.write(lines.slice(at, at + 70_001), 'latin1')) await once(client.socket, 'drain');
      }
      client.socket.end();
      await until('the end', 20_000, () => client.ended || client.closed);
      return { sent: sum(lines), received: sum(client.text) };
    });

    for (const { sent, received } of await Promise.all(trips)) expect(received).toBe(sent);
    await until('the end of all sessions', 5000, () => rig.dataPlane.sessions().sessions === 0);
  });

  it('carries a WebSocket, and tells its client when this instance ends', async () => {
    const server = createServer(pair);
    const sockets = new WebSocketServer({ server });
    sockets.on('connection', (socket) => socket.on('message', (data) => socket.send(data)));
    const port = await listenOnLoopback(server);
    cleanups.push(() => {
      for (const socket of sockets.clients) socket.terminate();
      server.close();
      server.closeAllConnections();
    });
    const rig = await rigOf({ tls, targetTls: { caFile: authority.caFile } }, [backendAt('prod-0', port)]);
    const client = new WebSocket(`wss://localhost:${rig.port}/`, { ca: readFileSync(authority.caFile) });
    cleanups.push(() => client.terminate());
    await once(client, 'open');

    const text = 'ä'.repeat(100_000);
    client.send(text);
    const [echoed] = await once(client, 'message');
    rig.dataPlane.cut();
    const [code] = await once(client, 'close');

    expect(String(echoed)).toBe(text);
    expect(code).toBe(1001);
  });
});
