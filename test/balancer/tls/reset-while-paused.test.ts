import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import { once } from 'node:events';
import { afterEach, expect, it } from '@jest/globals';
import { ServerTls } from '../../../src/balancer/tls/server-tls.ts';
import { takeConnections } from '../../../src/balancer/transport/accepted.ts';
import { listen } from '../../../src/balancer/transport/listen.ts';
import { Wire } from '../../../src/balancer/transport/wire.ts';
import { soon } from '../../kube/soon.ts';
import { freePort } from '../rig.ts';
import { onLoopback, temporaryAuthority } from '../secure-rig.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

it('tells the end of a TLS connection that was reset while it was not read, at the next write', async () => {
  const authority = await temporaryAuthority();
  cleanups.push(() => authority.remove());
  const files = await authority.issue({ name: 'server', user: 'server', subjectAlternativeNames: onLoopback });
  const texts = {
    certificateFile: readFileSync(files.certificateFile, 'utf8'),
    keyFile: readFileSync(files.keyFile, 'utf8'),
  };
  const tls = { certificateFile: files.certificateFile, keyFile: files.keyFile };
  const side = new ServerTls(tls, 'TCP', texts);
  const events: string[] = [];
  const wires: Wire[] = [];
  const port = await freePort();
  const accept = (accepted: Parameters<typeof Wire.acceptSecure>[0]): void => {
    const handler = {
      onConnected: () => events.push('connected'),
      onBytes: () => events.push('bytes'),
      onEnd: () => events.push('end'),
      onDrained: () => {},
      onClosed: (error: NodeJS.ErrnoException | undefined) => events.push(`closed ${error?.code ?? 'in order'}`),
    };
    const wire = Wire.acceptSecure(accepted, 65_536, handler, side);
    wires.push(wire);
    wire.resume();
  };
  const listening = await listen('127.0.0.1', port, accept, takeConnections, false);
  cleanups.push(() => listening.close());
  cleanups.push(() => wires.forEach((open) => open.destroy()));
  const raw = connect({ port, host: '127.0.0.1' });
  raw.on('error', () => {});
  const secure = connectSecurely({ socket: raw, servername: 'localhost', rejectUnauthorized: false });
  secure.on('error', () => {});
  await once(secure, 'secureConnect');
  secure.write('a');
  await soon('the first octet', () => events.includes('bytes'));
  const [wire] = wires;

  wire?.pause();
  raw.resetAndDestroy();
  await once(raw, 'close');
  wire?.write(Buffer.from('b'));

  await soon('the end', () => events.length === 3);
  expect(events).toEqual(['connected', 'bytes', 'closed ECONNRESET']);
});
