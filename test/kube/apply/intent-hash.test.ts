import { describe, expect, it } from '@jest/globals';
import { intentHash } from '../../../src/kube/apply/intent-hash.ts';
import type { KubeObject } from '../../../src/kube/object.ts';

const configMap = (more: object): KubeObject & object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'team', name: 'prod' },
  ...more,
});

describe('intentHash', () => {
  it('does not depend on the order of keys, at any depth', () => {
    const one = configMap({ data: { a: '1', b: '2' }, list: [{ x: 1, y: 2 }] });
    const other = { list: [{ y: 2, x: 1 }], ...configMap({ data: { b: '2', a: '1' } }) };

    expect(intentHash(one)).toBe(intentHash(other));
  });

  it('does not tell an undefined field from an absent one', () => {
    expect(intentHash(configMap({ data: undefined }))).toBe(intentHash(configMap({})));
  });

  it.each([
    { name: 'a value', more: { data: { a: '2' } } },
    { name: 'a type', more: { data: { a: 1 } } },
    { name: 'a key', more: { data: { b: '1' } } },
    { name: 'an added key', more: { data: { a: '1', b: '' } } },
    { name: 'a dropped field', more: {} },
    { name: 'null instead of absent', more: { data: { a: '1' }, immutable: null } },
  ])('changes with $name', ({ more }) => {
    expect(intentHash(configMap(more))).not.toBe(intentHash(configMap({ data: { a: '1' } })));
  });

  it('changes with the order of a list, which often means something', () => {
    expect(intentHash(configMap({ args: ['a', 'b'] }))).not.toBe(intentHash(configMap({ args: ['b', 'a'] })));
  });

  it('fits into an annotation and says nothing about a secret value', () => {
    const hash = intentHash(configMap({ data: { password: 'hunter2' } }));

    expect(hash).toMatch(/^[A-Za-z0-9_-]{22}$/);
  });
});
