import { describe, expect, it } from '@jest/globals';
import { plural } from '../../../src/operator/plan/plural.ts';

describe('plural', () => {
  it.each([
    { number: 0, says: '0 sessions' },
    { number: 1, says: '1 session' },
    { number: 2, says: '2 sessions' },
  ])('says $says', ({ number, says }) => {
    expect(plural(number, 'session')).toBe(says);
  });
});
