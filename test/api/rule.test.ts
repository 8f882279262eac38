import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { Rule } from '../../src/api/rule.ts';
import { celOf, matchesPattern, withRules } from '../../src/api/rule.ts';

interface Range {
  low: number;
  high: number;
}

const ordered: Rule<Range> = {
  cel: 'self.low <= self.high',
  message: 'low must not be above high',
  at: '.low',
  reason: 'FieldValueForbidden',
  holds: ({ low, high }) => low <= high,
};
const range = z.object({ low: z.number(), high: z.number() });

describe('withRules', () => {
  it('makes zod check the rule, at the field it names', () => {
    const { error } = withRules(range, ordered).safeParse({ low: 2, high: 1 });

    expect(error?.issues).toMatchObject([{ path: ['low'], message: 'low must not be above high' }]);
  });

  it('lets good values through unchanged', () => {
    expect(withRules(range, ordered).parse({ low: 1, high: 2 })).toEqual({ low: 1, high: 2 });
  });

  it('puts the CEL form into the metadata, where later descriptions keep it', () => {
    const described = withRules(range, ordered).optional().describe('A range.');

    expect(z.toJSONSchema(described)).toMatchObject({
      description: 'A range.',
      'x-kubernetes-validations': [{ rule: 'self.low <= self.high' }],
    });
  });
});

describe('celOf', () => {
  it('writes rule, message, path and reason, and not the TypeScript form', () => {
    expect(celOf(ordered)).toEqual({
      rule: 'self.low <= self.high',
      message: 'low must not be above high',
      fieldPath: '.low',
      reason: 'FieldValueForbidden',
    });
  });

  it('leaves out what a rule does not say', () => {
    expect(celOf(matchesPattern('^a$', 'must be a'))).toEqual({ rule: "self.matches('^a$')", message: 'must be a' });
  });
});
