import { beforeAll, describe, expect, it } from '@jest/globals';
import { X509Certificate } from 'node:crypto';
import { KubeError } from '../../../src/kube/errors.ts';
import { asOf, checkTls } from '../../../src/operator/observe/check-tls.ts';
import type { SecretReading } from '../../../src/operator/observe/check-tls.ts';
import type { TlsCheck } from '../../../src/operator/plan/observation.ts';
import { tlsFiles } from '../../../src/operator/render/tls-files.ts';
import type { TlsTexts } from '../../faults/tls-files.ts';
import { createTlsTexts } from '../../faults/tls-files.ts';
import { renderedPool } from '../render/rendered-pool.ts';

const now = new Date();

let texts: TlsTexts;
let other: TlsTexts;

beforeAll(async () => {
  [texts, other] = await Promise.all([createTlsTexts(), createTlsTexts()]);
});

const web = { name: 'web', port: 443, targetPort: 8080, protocol: 'HTTP' as const };
const data = (values: Readonly<Record<string, string>>): SecretReading =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]));
const pair = ({ cert, key }: TlsTexts): SecretReading => data({ 'tls.crt': cert, 'tls.key': key });

/** What is said of a listener with a certificate in `prod-tls`, of which its clients' CA is in `clients` if there is one. */
function check(secrets: Readonly<Record<string, SecretReading>>): TlsCheck {
  const clients = 'clients' in secrets ? { clientCASecretName: 'clients' } : {};
  const { spec } = renderedPool({ listeners: [{ ...web, tls: { secretName: 'prod-tls', ...clients } }] });
  return checkTls(tlsFiles(spec), new Map(Object.entries(secrets)), now);
}

describe('checkTls', () => {
  it('has nothing to say of a pool that names no Secret', () => {
    const { spec } = renderedPool({ listeners: [{ ...web, targetTLS: {} }] });

    expect(checkTls(tlsFiles(spec), new Map(), now)).toEqual({ state: 'NotUsed' });
  });

  it('is content with a certificate and its key, and tells when it expires', () => {
    const checked = check({ 'prod-tls': pair(texts) });

    const at = new X509Certificate(texts.cert).validToDate.toISOString();
    expect(checked).toEqual({ state: 'Valid', firstToExpire: { secretName: 'prod-tls', at }, expired: false });
  });

  it('says from the moment on that a certificate has expired, also of what was found before', () => {
    const checked = check({ 'prod-tls': pair(texts) });
    const at = new X509Certificate(texts.cert).validToDate;

    const expired = [-1, 0].map((late) => asOf(checked, new Date(at.getTime() + late)));

    expect(expired).toMatchObject([{ expired: false }, { expired: true }]);
  });

  it('names the Secret whose certificate is the first to expire', () => {
    // The CA was made before what it issued, for as many days.
    const checked = check({ 'prod-tls': pair(other), clients: data({ 'ca.crt': texts.ca }) });

    const dates = [other.cert, texts.ca].map((pem) => new X509Certificate(pem).validToDate.toISOString()).sort();
    expect(checked).toMatchObject({ firstToExpire: { at: dates[0] } });
  });

  it.each([
    {
      name: 'a Secret that is missing',
      secret: () => undefined,
      reason: 'SecretNotFound',
      message:
        'spec.listeners[0].tls.secretName: Secret "prod-tls" does not exist: create it, for example by kubectl create secret tls',
    },
    {
      name: 'a Secret without the certificate',
      secret: () => data({ 'tls.key': texts.key }),
      reason: 'KeyNotFound',
      message: 'spec.listeners[0].tls.secretName: Secret "prod-tls" has no key "tls.crt": add it',
    },
    {
      name: 'a Secret without the private key',
      secret: () => data({ 'tls.crt': texts.cert }),
      reason: 'KeyNotFound',
      message: 'spec.listeners[0].tls.secretName: Secret "prod-tls" has no key "tls.key": add it',
    },
    {
      name: 'a certificate that is none',
      secret: () => data({ 'tls.crt': 'canary', 'tls.key': texts.key }),
      reason: 'NotPem',
      message:
        'spec.listeners[0].tls.secretName: Secret "prod-tls", key "tls.crt": the value must be one or more certificates in PEM',
    },
    {
      name: 'a private key that is none',
      secret: () => data({ 'tls.crt': texts.cert, 'tls.key': texts.key.slice(0, 60) }),
      reason: 'NotPem',
      message:
        'spec.listeners[0].tls.secretName: Secret "prod-tls", key "tls.key": the value must be a private key in PEM, without a passphrase',
    },
    {
      name: 'a private key of another certificate',
      secret: () => data({ 'tls.crt': texts.cert, 'tls.key': other.key }),
      reason: 'KeyMismatch',
      message:
        'spec.listeners[0].tls.secretName: Secret "prod-tls", key "tls.key": the value must be the key of the first certificate in "tls.crt"',
    },
    {
      name: 'a Secret that the operator may not read',
      secret: () => new KubeError('GET failed (403)', { code: 'Status', status: 403, reason: 'Forbidden' }),
      reason: 'NotRead',
      message:
        'spec.listeners[0].tls.secretName: Secret "prod-tls" could not be read: the API server answered 403 Forbidden; give the operator the right to get this Secret',
    },
  ])('refuses $name, by field, Secret and key', ({ secret, reason, message }) => {
    expect(check({ 'prod-tls': secret() })).toEqual({ state: 'Invalid', reason, message });
  });

  it('tells all that is wrong at once, and each only once', () => {
    const checked = check({ 'prod-tls': undefined, clients: data({ 'ca.pem': texts.ca }) });

    expect(checked).toEqual({
      state: 'Invalid',
      reason: 'SecretNotFound',
      message:
        'spec.listeners[0].tls.secretName: Secret "prod-tls" does not exist: create it, for example by kubectl create secret tls; spec.listeners[0].tls.clientCASecretName: Secret "clients" has no key "ca.crt": add it',
    });
  });

  it('never quotes a value', () => {
    const canary = 'canary-7f3e';
    const values = [canary, `${texts.key}${canary}`, `-----BEGIN CERTIFICATE-----\n${canary}`];

    const said = values.map((value) => check({ 'prod-tls': data({ 'tls.crt': value, 'tls.key': value }) }));

    expect(said.map(({ state }) => state)).toEqual(['Invalid', 'Invalid', 'Invalid']);
    expect(JSON.stringify(said)).not.toContain(canary);
    expect(JSON.stringify(said)).not.toContain(Buffer.from(canary).toString('base64').slice(0, 8));
  });
});
