import { describe, expect, it } from '@jest/globals';
import { formatSeconds } from './progress.ts';

describe('formatSeconds', () => {
  it.each([
    { seconds: 0.04, text: '0.0 s' },
    { seconds: 9.44, text: '9.4 s' },
    { seconds: 59.4, text: '59 s' },
    { seconds: 60, text: '1 min 00 s' },
    { seconds: 367, text: '6 min 07 s' },
  ])('writes $seconds as $text', ({ seconds, text }) => {
    expect(formatSeconds(seconds)).toBe(text);
  });
});
