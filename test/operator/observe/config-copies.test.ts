import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../src/kube/object.ts';
import { configCheck, configCopies, hashOfCopy, sequenceOf } from '../../../src/operator/observe/config-copies.ts';
import { configCopyName } from '../../../src/operator/names.ts';

const copy = (hash: string, sequence?: string, deletionTimestamp?: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: {
    name: configCopyName('prod', hash),
    ...(sequence === undefined ? {} : { annotations: { 'pam.gatewaypool.io/sequence': sequence } }),
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
  },
});

const [a, b, c] = ['aaaaaaaaaa', 'bbbbbbbbbb', 'cccccccccc'];

describe('configCopies', () => {
  it('has the copy that came into use last first, whatever their ages', () => {
    const copies = configCopies([copy(a, '3'), copy(b, '10'), copy(c, '2')]);

    expect(copies.map(({ metadata }) => hashOfCopy(metadata.name))).toEqual([b, a, c]);
  });

  it('leaves out copies that are being deleted and other Secrets', () => {
    const other: KubeObject = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'prod-token' } };

    expect(configCopies([copy(a, '1', '2026-01-01T00:00:00Z'), other])).toEqual([]);
  });

  it.each([
    { name: 'no annotation', sequence: undefined, number: 0 },
    { name: 'a number', sequence: '12', number: 12 },
    { name: 'what somebody wrote in its place', sequence: 'first', number: 0 },
  ])('counts $name as $number', ({ sequence, number }) => {
    expect(sequenceOf(copy(a, sequence))).toBe(number);
  });
});

describe('configCheck', () => {
  it('names the copy of a valid configuration, also before it is made', () => {
    expect(configCheck('prod', { valid: true, hash: a }, [])).toEqual({ state: 'Valid', copy: `prod-config-${a}` });
  });

  it.each([
    { name: 'the copy that was in use last', copies: [copy(b, '2'), copy(a, '1')], lastGoodCopy: `prod-config-${b}` },
    { name: 'nothing when there was never a good one', copies: [], lastGoodCopy: undefined },
  ])('names, of an invalid configuration, $name', ({ copies, lastGoodCopy }) => {
    const checked = { valid: false, reason: 'NotJson', message: 'the value is not JSON' } as const;

    expect(configCheck('prod', checked, copies)).toEqual({
      state: 'Invalid',
      reason: 'NotJson',
      message: 'the value is not JSON',
      lastGoodCopy,
    });
  });
});
