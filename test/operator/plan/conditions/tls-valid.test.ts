import { describe, expect, it } from '@jest/globals';
import type { ConditionType } from '../../../../src/api/conditions.ts';
import { verdictsOf } from '../../../../src/operator/plan/conditions/all.ts';
import type { Observation } from '../../../../src/operator/plan/observation.ts';
import { pictureOf } from '../../../../src/operator/plan/picture.ts';
import { poolOf } from '../pool-of.ts';

/** `True AllReady: message` */
function told(type: ConditionType, pool: Observation): string {
  const { status, reason, message } = verdictsOf(pictureOf(pool))[type];
  return `${status} ${reason}: ${message}`;
}

const withoutSecret = {
  tls: { state: 'Invalid', reason: 'SecretNotFound', message: 'spec.listeners[0].tls.secretName: no such Secret' },
} as const;

const expiring = {
  state: 'Valid',
  firstToExpire: { secretName: 'prod-tls', at: '2027-01-01T00:00:00.000Z' },
} as const;

describe('TLSValid', () => {
  it.each([
    { name: 'no listener names a Secret', pool: poolOf({}), says: 'True NotUsed: no listener names a Secret' },
    {
      name: 'all Secrets are there',
      pool: poolOf({
        observation: {
          tls: { ...expiring, expired: false },
        },
      }),
      says: 'True Valid: all Secrets are valid; the first certificate to expire is that of prod-tls, at 2027-01-01T00:00:00.000Z',
    },
    {
      name: 'a certificate has expired',
      pool: poolOf({ observation: { tls: { ...expiring, expired: true } } }),
      says: 'False Expired: the certificate of prod-tls expired at 2027-01-01T00:00:00.000Z: renew it in the Secret; nothing else is held up by it',
    },
    {
      name: 'one is missing',
      pool: poolOf({ observation: withoutSecret }),
      says: 'False SecretNotFound: spec.listeners[0].tls.secretName: no such Secret; no instance starts or is replaced until that is mended, running ones go on with what they have',
    },
    {
      name: 'one could not be read',
      pool: poolOf({ observation: { tls: { ...withoutSecret.tls, reason: 'NotRead', message: 'forbidden' } } }),
      says: /^Unknown NotRead: forbidden/u,
    },
  ])('when $name', ({ pool, says }) => {
    expect(told('TLSValid', pool)).toMatch(says);
  });

  it('keeps all that run going: nothing stalls, and they stay Ready', () => {
    const pool = poolOf({ running: [0, 1, 2], observation: withoutSecret });

    expect(told('Ready', pool)).toBe('True AllReady: 3 of 3 ready');
    expect(told('Stalled', pool)).toBe(
      'False NotStalled: the operator goes on by itself as soon as the Secrets of the listeners are valid; see TLSValid',
    );
  });
});
