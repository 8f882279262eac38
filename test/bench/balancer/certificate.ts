import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CertificateFiles, createAuthority } from '../../cluster/certificates/authority.ts';

/** What all contestants speak TLS with. */
export interface BenchCertificate extends CertificateFiles {
  /** Certificate and key in one file, as HAProxy wants them. */
  readonly bothFile: string;
}

/** A certificate of 127.0.0.1 with a key on the curve P-256. */
export async function createBenchCertificate(directory: string): Promise<BenchCertificate> {
  const authority = await createAuthority(directory);
  const files = await authority.issue({
    name: 'bench',
    user: 'bench',
    subjectAlternativeNames: ['IP:127.0.0.1', 'DNS:localhost'],
  });
  const bothFile = join(directory, 'both.pem');
  const texts = await Promise.all([files.certificateFile, files.keyFile].map((file) => readFile(file, 'utf8')));
  await writeFile(bothFile, texts.join(''), { mode: 0o600 });
  return { ...files, bothFile };
}
