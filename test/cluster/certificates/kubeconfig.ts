import { writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import { type CertificateAuthority, type Identity, base64File } from './authority.ts';

/**
 * Writes a kubeconfig with a new client certificate for this user. Certificates are embedded, so a copy of the file works anywhere that
 * reaches `server`.
 */
export async function writeKubeconfig(
  authority: CertificateAuthority,
  file: string,
  request: Identity & { readonly name: string; readonly server: string },
): Promise<void> {
  const { certificateFile, keyFile } = await authority.issue(request);
  const [ca, certificate, key] = await Promise.all([authority.caFile, certificateFile, keyFile].map(base64File));
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'gatewaypool', cluster: { server: request.server, 'certificate-authority-data': ca } }],
    users: [{ name: request.name, user: { 'client-certificate-data': certificate, 'client-key-data': key } }],
    contexts: [{ name: 'gatewaypool', context: { cluster: 'gatewaypool', user: request.name } }],
    'current-context': 'gatewaypool',
  };
  await writeFile(file, stringify(config), { mode: 0o600 });
}
