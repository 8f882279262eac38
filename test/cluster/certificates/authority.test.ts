import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { apiServerAlternativeNames } from '../components/credentials.ts';
import {
  type CertificateAuthority,
  createAuthority,
  createServiceAccountKey,
  openAuthority,
  subject,
} from './authority.ts';
import { writeKubeconfig } from './kubeconfig.ts';

const certificateOf = (file: string) => new X509Certificate(readFileSync(file));

describe('a certificate authority', () => {
  let directory: string;
  let authority: CertificateAuthority;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'gatewaypool-pki-'));
    authority = await createAuthority(join(directory, 'pki'));
  });

  afterAll(async () => {
    await rm(directory, { recursive: true });
  });

  it('is one, and keeps its keys to itself', () => {
    expect(certificateOf(authority.caFile).ca).toBe(true);
    expect(statSync(authority.directory).mode & 0o777).toBe(0o700);
    expect(statSync(authority.caKeyFile).mode & 0o077).toBe(0);
  });

  it('signs a server for each of its names and addresses, and no others', async () => {
    const { certificateFile } = await authority.issue({
      name: 'server',
      user: 'kube-apiserver',
      subjectAlternativeNames: apiServerAlternativeNames(['127.0.0.1', '10.96.0.1']),
    });

    const certificate = certificateOf(certificateFile);
    expect(certificate.verify(certificateOf(authority.caFile).publicKey)).toBe(true);
    expect(certificate.ca).toBe(false);
    expect(certificate.subjectAltName).toBe(
      [
        'DNS:localhost, DNS:kubernetes, DNS:kubernetes.default, DNS:kubernetes.default.svc',
        'DNS:kubernetes.default.svc.cluster.local, IP Address:127.0.0.1, IP Address:10.96.0.1',
      ].join(', '),
    );
    expect(certificate.checkIP('10.96.0.2')).toBeUndefined();
  });

  it('signs a client whose subject is its user and groups', async () => {
    const request = { name: 'client', user: 'system:node:n1', groups: ['system:nodes', 'a/b+c=d'] };

    const { certificateFile, keyFile } = await authority.issue(request);

    const certificate = certificateOf(certificateFile);
    expect(certificate.subject).toBe(String.raw`O=system:nodes
O=a/b\+c=d
CN=system:node:n1`);
    expect(readFileSync(keyFile, 'utf8')).toContain('PRIVATE KEY');
  });

  it('can be opened again from its directory', async () => {
    const { certificateFile } = await openAuthority(authority.directory).issue({ name: 'later', user: 'later' });

    expect(certificateOf(certificateFile).verify(certificateOf(authority.caFile).publicKey)).toBe(true);
  });

  it('makes a key pair for service account tokens', async () => {
    const { publicFile, privateFile } = await createServiceAccountKey(authority.directory);

    expect(readFileSync(publicFile, 'utf8')).toContain('BEGIN PUBLIC KEY');
    expect(readFileSync(privateFile, 'utf8')).toContain('BEGIN EC PRIVATE KEY');
  });

  it('writes a kubeconfig that needs no other file', async () => {
    const file = join(directory, 'ada.kubeconfig');

    await writeKubeconfig(authority, file, {
      name: 'ada',
      user: 'ada',
      groups: ['admins'],
      server: 'https://[::1]:6443',
    });

    const config = parse(readFileSync(file, 'utf8'));
    const { user } = config.users[0];
    const certificate = new X509Certificate(Buffer.from(user['client-certificate-data'], 'base64'));
    expect(config.clusters[0].cluster.server).toBe('https://[::1]:6443');
    expect(certificate.subject).toBe('O=admins\nCN=ada');
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});

describe('subject', () => {
  it.each([
    { identity: { user: 'ada' }, text: '/CN=ada' },
    { identity: { user: 'ada', groups: ['x', 'y'] }, text: '/O=x/O=y/CN=ada' },
    { identity: { user: 'a/b\\c' }, text: String.raw`/CN=a\/b\\c` },
  ])('writes $text', ({ identity, text }) => {
    expect(subject(identity)).toBe(text);
  });
});
