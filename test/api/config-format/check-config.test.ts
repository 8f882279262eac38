import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { ConfigCheck } from '../../../src/api/config-format/check-config.ts';
import { checkConfig } from '../../../src/api/config-format/check-config.ts';
import type { ResolvedConfig } from '../../../src/api/resolve.ts';
import { encodeConfig, keeperConfig } from './keeper-config.ts';

const opaqueEnv: ResolvedConfig = {
  secretName: 'prod-gateway',
  key: 'config',
  as: { env: 'CONFIG' },
  format: 'Opaque',
};
const opaqueFile: ResolvedConfig = { ...opaqueEnv, as: { file: '/etc/config' } };
const keeper: ResolvedConfig = { ...opaqueEnv, as: { env: 'GATEWAY_CONFIG' }, format: 'KeeperBase64' };

/** A Secret's data with the value under the key `config`. */
function dataOf(value: string | Buffer): Record<string, string> {
  return { config: Buffer.from(value).toString('base64') };
}

function messageOf(check: ConfigCheck): string {
  return check.valid ? 'valid' : `${check.reason}: ${check.message}`;
}

describe('checkConfig', () => {
  it.each([
    {
      name: 'a Secret that is not there',
      config: opaqueEnv,
      data: undefined,
      answer: 'SecretNotFound: Secret "prod-gateway" does not exist: create it with the key "config"',
    },
    {
      name: 'an empty Secret',
      config: opaqueEnv,
      data: {},
      answer: 'KeyNotFound: Secret "prod-gateway" has no key "config": add it, or set spec.config.key (it has none)',
    },
    {
      name: 'another key',
      config: opaqueEnv,
      data: { GATEWAY_CONFIG: 'YQ==' },
      answer:
        'KeyNotFound: Secret "prod-gateway" has no key "config": add it, or set spec.config.key (it has GATEWAY_CONFIG)',
    },
    {
      name: 'many other keys',
      config: opaqueEnv,
      data: Object.fromEntries(['g', 'f', 'e', 'd', 'c', 'b', 'a'].map((key) => [key, ''])),
      answer:
        'KeyNotFound: Secret "prod-gateway" has no key "config": add it, or set spec.config.key (it has a, b, c, d, e and 2 more)',
    },
    {
      name: 'a key that only objects have',
      config: { ...opaqueEnv, key: 'constructor' },
      data: {},
      answer:
        'KeyNotFound: Secret "prod-gateway" has no key "constructor": add it, or set spec.config.key (it has none)',
    },
    {
      name: 'an empty value',
      config: opaqueFile,
      data: dataOf(''),
      answer: 'Empty: Secret "prod-gateway", key "config": the value must not be empty',
    },
    {
      name: 'only white space where Keeper expects base64',
      config: keeper,
      data: dataOf(' \n'),
      answer: 'Empty: Secret "prod-gateway", key "config": the value must not be empty',
    },
    {
      name: 'bytes for an environment variable',
      config: opaqueEnv,
      data: dataOf(Buffer.from([0xff])),
      answer:
        'NotText: Secret "prod-gateway", key "config": the value must be UTF-8 text without NUL to go into the environment variable CONFIG; hand it over with spec.config.as.file instead',
    },
    {
      name: 'a NUL for an environment variable',
      config: opaqueEnv,
      data: dataOf('a\0b'),
      answer: expect.stringMatching(/^NotText: /u),
    },
    {
      name: 'more than an environment variable holds',
      config: opaqueEnv,
      data: dataOf('x'.repeat(131_065)),
      answer:
        'TooLong: Secret "prod-gateway", key "config": the value must have at most 131064 bytes to go into the environment variable CONFIG; hand it over with spec.config.as.file instead',
    },
    {
      name: 'a Keeper configuration that is broken',
      config: keeper,
      data: dataOf(encodeConfig(keeperConfig({ appKey: '' }))),
      answer:
        'FieldInvalid: Secret "prod-gateway", key "config": the value is not a usable configuration: field appKey must be a string that is not empty; create it anew with "pam gateway new --config-init b64"',
    },
  ])('names Secret, key and rule for $name', ({ config, data, answer }) => {
    expect(messageOf(checkConfig(config, data))).toEqual(answer);
  });

  it.each([
    { name: 'any text', config: opaqueEnv, value: Buffer.from(' text ä\n') },
    { name: 'the longest text of an environment variable', config: opaqueEnv, value: Buffer.from('x'.repeat(131_064)) },
    { name: 'any bytes, as a file', config: opaqueFile, value: Buffer.from([0, 0xff]) },
    { name: 'a long file', config: opaqueFile, value: Buffer.alloc(500_000, 'x') },
    { name: 'white space only, as nobody knows better', config: opaqueEnv, value: Buffer.from(' ') },
  ])('hands on $name unchanged', ({ config, value }) => {
    expect(checkConfig(config, dataOf(value))).toEqual({ valid: true, value });
  });

  it('hands on a Keeper configuration without the line breaks of the base64 command', () => {
    const encoded = encodeConfig(keeperConfig());
    const broken = `${encoded.replaceAll(/.{76}/gu, '$&\n')}\n`;

    expect(checkConfig(keeper, dataOf(broken))).toEqual({ valid: true, value: Buffer.from(encoded) });
  });

  it('never lets a value into its message', () => {
    const secret = fc.stringMatching(/^[a-zA-Z0-9+/{}":]{24,80}$/u);
    const broken = fc.oneof(
      secret.map((value) => ({ value, secret: value })),
      secret.map((value) => ({ value: encodeConfig({ clientId: value }), secret: value })),
      secret.map((value) => ({ value: encodeConfig(keeperConfig({ clientId: value })), secret: value })),
      secret.map((value) => ({ value: Buffer.from(value).toString('base64'), secret: value })),
    );

    fc.assert(
      fc.property(broken, ({ value, secret: hidden }) => {
        const message = messageOf(checkConfig(keeper, dataOf(value)));

        expect(message).toMatch(/^(NotBase64|NotJson|FieldInvalid): /u);
        expect(message).not.toContain(hidden);
        expect(message).not.toContain(value);
      }),
    );
  });
});
