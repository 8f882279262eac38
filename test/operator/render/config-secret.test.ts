import { describe, expect, it } from '@jest/globals';
import { configHash, configSecret } from '../../../src/operator/render/config-secret.ts';
import { renderedPool } from './rendered-pool.ts';

const value = Buffer.from('identity');

describe('configHash', () => {
  it('is the same for the same content, and another one for another content', () => {
    expect(configHash('uid-1', Buffer.from('identity'))).toBe(configHash('uid-1', value));
    expect(configHash('uid-1', Buffer.from('identitY'))).not.toBe(configHash('uid-1', value));
  });

  it('differs between pools, so that a hash does not tell who else has the same identity', () => {
    expect(configHash('uid-2', value)).not.toBe(configHash('uid-1', value));
  });

  it('fits into a Secret name', () => {
    expect(configHash('uid-1', value)).toMatch(/^[0-9a-f]{10}$/);
  });
});

describe('configSecret', () => {
  it('cannot be changed once it is written, and belongs to the pool', () => {
    const secret = configSecret(renderedPool(), value);

    expect(secret.immutable).toBe(true);
    expect(secret.metadata.ownerReferences?.[0]?.uid).toBe(renderedPool().uid);
    expect(Buffer.from(secret.data['config'] ?? '', 'base64')).toEqual(value);
  });
});
