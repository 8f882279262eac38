import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority } from '../cluster/certificates/authority.ts';

/** A certificate authority and a server certificate of it for 127.0.0.1, as PEM texts. */
export interface TlsTexts {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** Makes a new authority each time it is called, so that two calls make two that do not trust each other. */
export async function createTlsTexts(): Promise<TlsTexts> {
  const directory = await mkdtemp(join(tmpdir(), 'gatewaypool-tls-'));
  try {
    const authority = await createAuthority(directory);
    const server = await authority.issue({
      name: 'server',
      user: 'server',
      subjectAlternativeNames: ['IP:127.0.0.1', 'DNS:localhost'],
    });
    const [ca, cert, key] = await Promise.all([
      readFile(authority.caFile, 'utf8'),
      readFile(server.certificateFile, 'utf8'),
      readFile(server.keyFile, 'utf8'),
    ]);
    return { ca, cert, key };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
