import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { keeperProblem } from '../../../src/api/config-format/keeper-base64.ts';
import { encodeConfig, keeperConfig } from './keeper-config.ts';

const mend = 'create it anew with "pam gateway new --config-init b64"';

describe('keeperProblem', () => {
  it.each([
    { name: 'a configuration with all fields', config: keeperConfig() },
    { name: 'one from before appOwnerPublicKey', config: keeperConfig({ appOwnerPublicKey: undefined }) },
    { name: 'fields that came later', config: keeperConfig({ newer: { a: 1 } }) },
  ])('finds nothing wrong with $name', ({ config }) => {
    expect(keeperProblem(encodeConfig(config))).toBeUndefined();
  });

  it.each(['hostname', 'clientId', 'privateKey', 'serverPublicKeyId', 'appKey'])(
    'needs %s to be a string that is not empty',
    (field) => {
      for (const value of [undefined, '', null, 7, {}]) {
        expect(keeperProblem(encodeConfig(keeperConfig({ [field]: value })))).toEqual({
          reason: 'FieldInvalid',
          rule: `is not a usable configuration: field ${field} must be a string that is not empty; ${mend}`,
        });
      }
    },
  );

  it.each(['clientId', 'privateKey', 'appKey'])('needs %s to be base64', (field) => {
    for (const value of ['a', '====', 'ab c', 'abc-', 'abcde']) {
      expect(keeperProblem(encodeConfig(keeperConfig({ [field]: value })))).toEqual({
        reason: 'FieldInvalid',
        rule: `is not a usable configuration: field ${field} must be base64; ${mend}`,
      });
    }
  });

  it.each([63, 65, 32])('needs clientId to have 64 bytes, not %i', (length) => {
    const config = keeperConfig({ clientId: randomBytes(length).toString('base64') });

    expect(keeperProblem(encodeConfig(config))).toEqual({
      reason: 'FieldInvalid',
      rule: `is not a usable configuration: field clientId must decode to exactly 64 bytes; ${mend}`,
    });
  });

  it.each([
    {
      name: 'a value that was cut off',
      text: encodeConfig(keeperConfig()).slice(0, -3),
      reason: 'NotBase64',
      rule: 'must be base64; it may be cut off',
    },
    { name: 'URL-safe base64', text: 'ab_-', reason: 'NotBase64', rule: 'must be base64; it may be cut off' },
    {
      name: 'the JSON itself',
      text: JSON.stringify(keeperConfig()),
      reason: 'NotBase64',
      rule: 'holds JSON, but must be the base64 of it; create it with "pam gateway new --config-init b64"',
    },
    {
      name: 'a one-time token',
      text: 'US:Sm9obiBEb2UgaXMgbm90IGhlcmU',
      reason: 'NotBase64',
      rule: 'looks like a one-time token, which only one instance could use; create a configuration with "pam gateway new --config-init b64"',
    },
    {
      name: 'a value that was encoded twice',
      text: Buffer.from(encodeConfig(keeperConfig())).toString('base64'),
      reason: 'NotJson',
      rule: 'is base64, but not of a JSON object; it may be cut off or encoded twice',
    },
    { name: 'a JSON list', text: encodeConfig([1]), reason: 'NotJson', rule: expect.stringContaining('JSON object') },
    {
      name: 'bytes that are no text',
      text: Buffer.from([0xff, 0xfe]).toString('base64'),
      reason: 'NotJson',
      rule: expect.stringContaining('JSON object'),
    },
  ])('recognises $name', ({ text, reason, rule }) => {
    expect(keeperProblem(text)).toEqual({ reason, rule });
  });
});
