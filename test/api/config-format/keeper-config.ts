import { randomBytes } from 'node:crypto';

/** A configuration of the right shape, with random bytes for keys: it opens nothing. */
export function keeperConfig(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    hostname: 'keepersecurity.example',
    clientId: randomBytes(64).toString('base64'),
    privateKey: randomBytes(138).toString('base64'),
    serverPublicKeyId: '10',
    appKey: randomBytes(32).toString('base64'),
    appOwnerPublicKey: randomBytes(65).toString('base64'),
    ...changes,
  };
}

/** As `pam gateway new --config-init b64` prints it. */
export function encodeConfig(config: unknown): string {
  return Buffer.from(JSON.stringify(config)).toString('base64');
}
