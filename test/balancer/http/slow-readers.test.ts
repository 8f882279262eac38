import { afterEach, describe, expect, it } from '@jest/globals';
import { soon } from '../../kube/soon.ts';
import { rawClient, rawServer, type RawSocket } from '../raw-socket.ts';
import { backendAt, startRig } from '../rig.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

const total = 64 * 1024 * 1024;
const part = Buffer.alloc(64 * 1024, 'a');

/** Writes without end until `total`, as fast as the other side takes it; gives how much was taken so far. */
function flood(to: RawSocket, bytes = part): () => number {
  let sent = 0;
  const more = (): void => {
    while (sent < total && !to.socket.destroyed) {
      sent += bytes.length;
      if (!to.socket.write(bytes)) return;
    }
  };
  to.socket.on('drain', more);
  more();
  return () => sent - to.socket.writableLength;
}

/** Waits until a number no longer changes. */
async function settles(read: () => number): Promise<number> {
  let last = -1;
  let same = 0;
  await soon('a number that no longer changes', () => {
    const now = read();
    same = now === last ? same + 1 : 0;
    last = now;
    return same >= 40;
  });
  return last;
}

/** The kernel's socket buffers between two loopback ends, several times over; far below what the sender has. */
const bounded = 24 * 1024 * 1024;

/** A client that has asked for something, and reads no more; and the backend's end of its request. */
async function askAndPause(protocol: 'HTTP' | 'TCP'): Promise<{ client: RawSocket; upstream: RawSocket }> {
  const backend = await rawServer();
  const rig = await startRig([backendAt('prod-0', backend.port)]);
  const client = rawClient(protocol === 'HTTP' ? rig.httpPort : rig.tcpPort);
  cleanups.push(
    () => backend.close(),
    () => rig.close(),
    () => client.destroy(),
  );
  client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  const upstream = await backend.connection(0);
  await upstream.receives('GET /');
  client.socket.pause();
  return { client, upstream };
}

describe('a reader that is slow', () => {
  it.each(['HTTP', 'TCP'] as const)(
    'stops a %s backend that sends more than it takes, and gets it all in the end',
    async (protocol) => {
      const { client, upstream } = await askAndPause(protocol);
      upstream.send(`HTTP/1.1 200 OK\r\nContent-Length: ${total}\r\n\r\n`);
      const before = process.memoryUsage().arrayBuffers;

      const taken = flood(upstream);
      const stoppedAt = await settles(taken);

      expect(stoppedAt).toBeLessThan(bounded);
      // What this process holds for the balancer, the sender's own queue included.
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024);
      let received = 0;
      client.socket.removeAllListeners('data');
      client.socket.on('data', (bytes: Buffer) => {
        received += bytes.length;
      });
      client.socket.resume();
      await soon('all of it', () => received >= total);
    },
  );

  it('stops a backend that sends interim responses without end', async () => {
    const { upstream } = await askAndPause('HTTP');
    const hint = `HTTP/1.1 103 Early Hints\r\nLink: <${'a'.repeat(4000)}>; rel=preload\r\n\r\n`;

    const stoppedAt = await settles(flood(upstream, Buffer.from(hint.repeat(16))));

    expect(stoppedAt).toBeLessThan(bounded);
  });

  it('stops a client that uploads more than the backend takes', async () => {
    const backend = await rawServer((socket) => socket.socket.pause());
    const rig = await startRig([backendAt('prod-0', backend.port)]);
    const client = rawClient(rig.httpPort);
    cleanups.push(
      () => backend.close(),
      () => rig.close(),
      () => client.destroy(),
    );
    client.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${total}\r\n\r\n`);
    const upstream = await backend.connection(0);

    const stoppedAt = await settles(flood(client));
    expect(stoppedAt).toBeLessThan(bounded);

    let received = 0;
    upstream.socket.removeAllListeners('data');
    upstream.socket.on('data', (bytes: Buffer) => {
      received += bytes.length;
    });
    upstream.socket.resume();
    await soon('all of it', () => received >= total);
  });
});
