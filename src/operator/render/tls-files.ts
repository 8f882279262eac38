import type { ResolvedSpec } from '../../api/resolve.ts';
import type { ListenerTls, TargetTls } from '../../balancer/config/schema.ts';

/** Where the sidecar finds the files. Nothing else of the pod has this folder. */
export const tlsFolder = '/etc/gatewaypool/tls';

/** One file that the sidecars need, and where it comes from. */
export interface TlsFile {
  /** The field that names the Secret: `spec.listeners[0].tls.secretName`. */
  readonly field: string;
  readonly secretName: string;
  /** In the data of the Secret. */
  readonly key: 'tls.crt' | 'tls.key' | 'ca.crt';
  /** Below the folder, by the listener and what it is for, never by the name of the Secret. See `docs/adr/0016`. */
  readonly path: string;
}

type SpecListener = ResolvedSpec['listeners'][number];

/** All files of the Secrets that the listeners name. */
export function tlsFiles({ listeners }: Pick<ResolvedSpec, 'listeners'>): readonly TlsFile[] {
  return listeners.flatMap((listener, index) => filesOf(listener, `spec.listeners[${index}]`));
}

function filesOf({ name, tls, targetTLS }: SpecListener, at: string): TlsFile[] {
  return [
    ...keyPair(`${at}.tls.secretName`, tls?.secretName, `${name}/tls`),
    ...authorities(`${at}.tls.clientCASecretName`, tls?.clientCASecretName, `${name}/client-ca`),
    ...authorities(`${at}.targetTLS.caSecretName`, targetTLS?.caSecretName, `${name}/target-ca`),
    ...keyPair(`${at}.targetTLS.clientSecretName`, targetTLS?.clientSecretName, `${name}/target`),
  ];
}

function keyPair(field: string, secretName: string | undefined, path: string): TlsFile[] {
  if (secretName === undefined) return [];
  return [
    { field, secretName, key: 'tls.crt', path: `${path}.crt` },
    { field, secretName, key: 'tls.key', path: `${path}.key` },
  ];
}

function authorities(field: string, secretName: string | undefined, path: string): TlsFile[] {
  return secretName === undefined ? [] : [{ field, secretName, key: 'ca.crt', path: `${path}.crt` }];
}

/** A listener's TLS in the words of the sidecar. */
export function tlsSettings({ name, tls, targetTLS }: SpecListener): { tls?: ListenerTls; targetTls?: TargetTls } {
  const at = `${tlsFolder}/${name}`;
  return {
    ...(tls === undefined
      ? {}
      : {
          tls: {
            certificateFile: `${at}/tls.crt`,
            keyFile: `${at}/tls.key`,
            ...(tls.clientCASecretName === undefined ? {} : { clientCaFile: `${at}/client-ca.crt` }),
          },
        }),
    ...(targetTLS === undefined
      ? {}
      : {
          targetTls: {
            ...(targetTLS.caSecretName === undefined ? {} : { caFile: `${at}/target-ca.crt` }),
            ...(targetTLS.serverName === undefined ? {} : { serverName: targetTLS.serverName }),
            ...(targetTLS.clientSecretName === undefined
              ? {}
              : { certificateFile: `${at}/target.crt`, keyFile: `${at}/target.key` }),
          },
        }),
  };
}
