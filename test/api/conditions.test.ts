import { describe, expect, it } from '@jest/globals';
import type { ConditionContract } from '../../src/api/conditions.ts';
import { conditions, conditionTypes, statusOf } from '../../src/api/conditions.ts';

const all: [string, ConditionContract][] = Object.entries(conditions);

describe('the conditions', () => {
  it('are all written, in one order', () => {
    expect([...conditionTypes].sort()).toEqual(Object.keys(conditions).sort());
  });

  it.each(all)('of type %s have a reason for true and one for false', (_type, { reasons }) => {
    const statuses = new Set(Object.values(reasons).map(({ status }) => status));

    expect([...statuses]).toEqual(expect.arrayContaining(['True', 'False']));
  });

  it.each(all)(
    'of type %s have reasons that the API conventions allow, with a sentence each',
    (_type, { meaning, reasons }) => {
      for (const [reason, of] of Object.entries(reasons)) {
        expect(reason).toMatch(/^[A-Z][A-Za-z0-9]*$/u);
        expect(of.meaning).toMatch(/\.$/u);
      }
      expect(meaning).toMatch(/\.$/u);
    },
  );
});

describe('statusOf', () => {
  it.each([
    { status: statusOf('Ready', 'AllReady'), expected: 'True' },
    { status: statusOf('ConfigValid', 'KeyNotFound'), expected: 'False' },
    { status: statusOf('ConfigValid', 'NotRead'), expected: 'Unknown' },
  ])('knows that a reason means $expected', ({ status, expected }) => {
    expect(status).toBe(expected);
  });
});
