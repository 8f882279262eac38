import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { compareResourceVersions } from '../../src/kube/resource-version.ts';

describe('compareResourceVersions', () => {
  it.each([
    { a: '9', b: '10', order: -1 },
    { a: '10', b: '9', order: 1 },
    { a: '10', b: '10', order: 0 },
    { a: '9007199254740992', b: '9007199254740993', order: -1 },
    { a: '', b: '10', order: undefined },
    { a: '10', b: 'v2-abc', order: undefined },
    { a: '-1', b: '10', order: undefined },
    { a: '1e3', b: '10', order: undefined },
    { a: '0x10', b: '10', order: undefined },
  ])('"$a" to "$b" is $order', ({ a, b, order }) => {
    expect(compareResourceVersions(a, b)).toBe(order);
  });

  it('orders any two versions as numbers', () => {
    const property = fc.property(
      fc.bigInt({ min: 0n, max: 2n ** 80n }),
      fc.bigInt({ min: 0n, max: 2n ** 80n }),
      (a, b) => {
        const order = compareResourceVersions(a.toString(), b.toString()) ?? Number.NaN;
        return Math.sign(order) === (a < b ? -1 : Number(a > b));
      },
    );

    expect(() => fc.assert(property)).not.toThrow();
  });
});
