import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../processes/run.ts';

/** A client of the API server is its certificate's subject: CN is the user, O are the groups. */
export interface Identity {
  readonly user: string;
  readonly groups?: readonly string[];
}

export interface CertificateRequest extends Identity {
  /** File name without extension. */
  readonly name: string;
  /** Such as `DNS:localhost` or `IP:127.0.0.1`; needed for servers. */
  readonly subjectAlternativeNames?: readonly string[];
  /** It was valid until yesterday. */
  readonly expired?: boolean;
}

export interface CertificateFiles {
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** One certificate authority for everything in a cluster, with its files in `directory`. */
export interface CertificateAuthority {
  readonly directory: string;
  readonly caFile: string;
  readonly caKeyFile: string;
  issue(request: CertificateRequest): Promise<CertificateFiles>;
}

const validDays = '3650';
/** P-256: a dozen keys and certificates take 0.2 s; RSA-2048 takes seconds. */
const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc'];

export async function createAuthority(directory: string): Promise<CertificateAuthority> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const caFile = join(directory, 'ca.crt');
  const caKeyFile = join(directory, 'ca.key');
  await openssl(
    ['req', '-x509', ...newKey, '-keyout', caKeyFile, '-out', caFile, '-days', validDays],
    ['-subj', '/CN=gatewaypool-test-ca', '-addext', 'keyUsage=critical,digitalSignature,keyCertSign,cRLSign'],
  );
  return openAuthority(directory);
}

/** The authority that `createAuthority` made in this directory. */
export function openAuthority(directory: string): CertificateAuthority {
  const caFile = join(directory, 'ca.crt');
  const caKeyFile = join(directory, 'ca.key');
  const issue = async (request: CertificateRequest): Promise<CertificateFiles> => {
    const certificateFile = join(directory, `${request.name}.crt`);
    const keyFile = join(directory, `${request.name}.key`);
    const authority = ['-CA', caFile, '-CAkey', caKeyFile];
    const whom = ['-subj', subject(request), ...extensions(request).flatMap((extension) => ['-addext', extension])];
    if (request.expired !== true) {
      const files = ['-keyout', keyFile, '-out', certificateFile];
      await openssl(['req', '-x509', ...newKey, ...files, '-days', validDays], authority, whom);
      return { certificateFile, keyFile };
    }
    // Only "openssl x509" takes a number of days below one.
    const requestFile = join(directory, `${request.name}.csr`);
    await openssl(['req', ...newKey, '-keyout', keyFile, '-out', requestFile], whom);
    const files = ['-in', requestFile, '-out', certificateFile, '-copy_extensions', 'copy'];
    await openssl(['x509', '-req', ...files, '-days', '-1', '-CAcreateserial'], authority);
    return { certificateFile, keyFile };
  };
  return { directory, caFile, caKeyFile, issue };
}

/** The key pair that signs service account tokens. */
export async function createServiceAccountKey(directory: string): Promise<{ publicFile: string; privateFile: string }> {
  const privateFile = join(directory, 'service-accounts.key');
  const publicFile = join(directory, 'service-accounts.pub');
  await openssl(['ecparam', '-genkey', '-name', 'prime256v1', '-noout', '-out', privateFile]);
  await openssl(['ec', '-in', privateFile, '-pubout', '-out', publicFile]);
  return { publicFile, privateFile };
}

/** PEM files as a kubeconfig embeds them. */
export async function base64File(file: string): Promise<string> {
  return (await readFile(file)).toString('base64');
}

/** In openssl's `-subj` form, where a slash separates the parts and a backslash escapes. */
export function subject({ user, groups = [] }: Identity): string {
  const escape = (value: string) => value.replaceAll(/[\\/+=]/g, String.raw`\$&`);
  return [...groups.map((group) => `/O=${escape(group)}`), `/CN=${escape(user)}`].join('');
}

function extensions(request: CertificateRequest): string[] {
  const names = request.subjectAlternativeNames ?? [];
  return [
    'basicConstraints=critical,CA:FALSE',
    'keyUsage=critical,digitalSignature',
    'extendedKeyUsage=clientAuth,serverAuth',
    ...(names.length > 0 ? [`subjectAltName=${names.join(',')}`] : []),
  ];
}

async function openssl(...args: readonly (readonly string[])[]): Promise<void> {
  await run('openssl', args.flat(), { timeoutMilliseconds: 30_000 });
}
