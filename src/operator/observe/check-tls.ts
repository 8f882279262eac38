import { createPrivateKey, X509Certificate } from 'node:crypto';
import { KubeError } from '../../kube/errors.ts';
import type { TlsCheck } from '../plan/observation.ts';
import type { TlsFile } from '../render/tls-files.ts';
import type { SecretData } from './read-secret.ts';
import { couldNotRead } from './read-secret.ts';

/** What the API server said of a Secret: its data, that there is none, or why it does not tell. */
export type SecretReading = SecretData | undefined | KubeError;

type Invalid = Extract<TlsCheck, { state: 'Invalid' }>;

interface Problem {
  readonly reason: Invalid['reason'];
  readonly message: string;
}

/**
 * Whether sidecars can work with these Secrets: a pod with a volume of one that is missing would never start, and with one that makes no
 * sense never be Ready. Messages name field, Secret, key and rule, never a value (guarantee G11).
 *
 * Note: an expired certificate holds nothing up. It is as bad for those that run, and a start makes nothing worse.
 */
export function checkTls(files: readonly TlsFile[], secrets: ReadonlyMap<string, SecretReading>, now: Date): TlsCheck {
  /** By message: what is wrong with a Secret is said once, also when two of its keys are used. */
  const problems = new Map<string, Problem>();
  let firstToExpire: { readonly secretName: string; readonly at: Date } | undefined;
  for (const file of files) {
    const { secretName, key } = file;
    const problem = problemOf(file, secrets.get(secretName));
    if (problem !== undefined) {
      problems.set(problem.message, problem);
      continue;
    }
    const at = key === 'tls.key' ? undefined : certificateOf(valueOf(secrets.get(secretName), key))?.validToDate;
    if (at !== undefined && (firstToExpire === undefined || at < firstToExpire.at)) firstToExpire = { secretName, at };
  }

  const [first] = problems.values();
  if (first !== undefined) {
    return { state: 'Invalid', reason: first.reason, message: [...problems.keys()].join('; ') };
  }
  if (firstToExpire === undefined) return { state: 'NotUsed' };
  return asOf(
    { state: 'Valid', firstToExpire: { ...firstToExpire, at: firstToExpire.at.toISOString() }, expired: false },
    now,
  );
}

/** What was found earlier, as it is now: certificates expire although nobody changes them. */
export function asOf(check: TlsCheck, now: Date): TlsCheck {
  return check.state === 'Valid' ? { ...check, expired: Date.parse(check.firstToExpire.at) <= now.getTime() } : check;
}

function problemOf({ field, secretName, key }: TlsFile, secret: SecretReading): Problem | undefined {
  if (secret instanceof KubeError)
    return { reason: 'NotRead', message: `${field}: ${couldNotRead(secretName, secret)}` };
  if (secret === undefined) {
    return {
      reason: 'SecretNotFound',
      message: `${field}: Secret "${secretName}" does not exist: create it${keysFor(key)}`,
    };
  }
  if (!Object.hasOwn(secret, key)) {
    return { reason: 'KeyNotFound', message: `${field}: Secret "${secretName}" has no key "${key}": add it` };
  }

  const problem = key === 'tls.key' ? keyProblem(secret) : certificateProblem(secret, key);
  return problem && { ...problem, message: `${field}: Secret "${secretName}", key "${key}": ${problem.message}` };
}

function keysFor(key: TlsFile['key']): string {
  return key === 'ca.crt' ? ' with the key "ca.crt"' : ', for example by kubectl create secret tls';
}

function certificateProblem(secret: SecretData, key: TlsFile['key']): Problem | undefined {
  const isGood = certificateOf(valueOf(secret, key)) !== undefined;
  return isGood ? undefined : { reason: 'NotPem', message: 'the value must be one or more certificates in PEM' };
}

function keyProblem(secret: SecretData): Problem | undefined {
  const key = privateKeyOf(valueOf(secret, 'tls.key'));
  if (key === undefined) {
    return { reason: 'NotPem', message: 'the value must be a private key in PEM, without a passphrase' };
  }
  const certificate = certificateOf(valueOf(secret, 'tls.crt'));
  return certificate?.checkPrivateKey(key) === false
    ? { reason: 'KeyMismatch', message: 'the value must be the key of the first certificate in "tls.crt"' }
    : undefined;
}

function valueOf(secret: SecretReading, key: string): Buffer {
  const value = secret === undefined || secret instanceof KubeError ? undefined : secret[key];
  return Buffer.from(value ?? '', 'base64');
}

/** The first one of them, which is the server's own. */
function certificateOf(pem: Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    // Note: OpenSSL's words may hold what it read.
    return undefined;
  }
}

function privateKeyOf(pem: Buffer): ReturnType<typeof createPrivateKey> | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}
