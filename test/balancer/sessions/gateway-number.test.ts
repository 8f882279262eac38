import { describe, expect, it } from '@jest/globals';
import { numberAt } from '../../../src/balancer/sessions/gateway-number.ts';

describe('numberAt', () => {
  it.each([
    { text: '{"sessions":0}', field: 'sessions', number: 0 },
    { text: '{"a":{"b":{"c":7}}}', field: 'a.b.c', number: 7 },
    { text: '{"sessions":3.0,"more":"x"}', field: 'sessions', number: 3 },
    { text: '{"0":5}', field: '0', number: 5 },
  ])('finds $number at $field of $text', ({ text, field, number }) => {
    expect(numberAt(text, field)).toBe(number);
  });

  it.each([
    { text: '{"sessions":-1}', field: 'sessions' },
    { text: '{"sessions":1.5}', field: 'sessions' },
    { text: '{"sessions":"3"}', field: 'sessions' },
    { text: '{"sessions":null}', field: 'sessions' },
    { text: '{"sessions":1e300}', field: 'sessions' },
    { text: '{"sessions":{"active":3}}', field: 'sessions' },
    { text: '{"sessions":3}', field: 'sessions.active' },
    { text: '{"sessions":[1,2]}', field: 'sessions.length' },
    { text: '{}', field: 'sessions' },
    { text: '{}', field: 'constructor.length' },
    { text: '[]', field: 'length' },
    { text: 'null', field: 'sessions' },
  ])('finds no number at $field of $text', ({ text, field }) => {
    expect(() => numberAt(text, field)).toThrow(`field ${field} of the answer is no whole number from 0 up`);
  });

  it('says that the answer is no JSON, and shows none of it', () => {
    expect(() => numberAt('sessions 3', 'sessions')).toThrow(new Error('the answer is no JSON'));
  });
});
