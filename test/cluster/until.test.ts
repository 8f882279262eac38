import { describe, expect, it } from '@jest/globals';
import { until, untilSeen } from './until.ts';

describe('until', () => {
  it('returns the first result that is neither undefined nor false', async () => {
    const results = [undefined, false, '', 'later'];

    const result = await until('a result', 1000, () => results.shift(), 1);

    expect(result).toBe('');
  });

  it('takes an error for "not yet"', async () => {
    let calls = 0;

    const result = await until(
      'the third call',
      1000,
      () => {
        calls += 1;
        if (calls < 3) throw new Error('too early');
        return calls;
      },
      1,
    );

    expect(result).toBe(3);
  });

  it('says what it waited for and why it was not there', async () => {
    const never = until('the pool to be Ready', 20, async () => Promise.reject(new Error('no endpoints')), 1);

    await expect(never).rejects.toThrow('waited 0.02 s in vain for: the pool to be Ready (last error: no endpoints)');
  });
});

describe('untilSeen', () => {
  it('returns the first look that holds', async () => {
    const looks = [['prod-0'], ['prod-0', 'prod-1']];

    const seen = await untilSeen(
      'two slots',
      1000,
      () => looks.shift() ?? [],
      ({ length }) => length === 2,
    );

    expect(seen).toEqual(['prod-0', 'prod-1']);
  });

  it('says what it saw last', async () => {
    const never = untilSeen(
      'two slots',
      20,
      async () => ['prod-0'],
      ({ length }) => length === 2,
    );

    await expect(never).rejects.toThrow('waited 0.02 s in vain for: two slots (last error: saw ["prod-0"])');
  });
});
