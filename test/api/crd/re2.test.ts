import { describe, expect, it } from '@jest/globals';
import { isRe2Safe } from '../../../src/api/crd/re2.ts';

describe('isRe2Safe', () => {
  it.each(['^a$', '^(?:a|b)+$', '(?<name>a)', '[.][^/]', String.raw`\d\.`])('takes %s', (pattern) => {
    expect(isRe2Safe(pattern)).toBe(true);
  });

  it.each([
    { construct: 'look-ahead', pattern: '(?=a)' },
    { construct: 'negative look-ahead', pattern: '^(?!a).*$' },
    { construct: 'look-behind', pattern: '(?<=a)b' },
    { construct: 'negative look-behind', pattern: '(?<!a)b' },
    { construct: 'back-reference', pattern: String.raw`(a)\1` },
    { construct: 'named back-reference', pattern: String.raw`(?<n>a)\k<n>` },
    { construct: 'control escape', pattern: String.raw`\cA` },
    { construct: 'Unicode escape', pattern: String.raw`\u{41}` },
  ])('refuses a $construct', ({ pattern }) => {
    expect(isRe2Safe(pattern)).toBe(false);
  });
});
