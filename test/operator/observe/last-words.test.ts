import { describe, expect, it } from '@jest/globals';
import { lastWordsOf } from '../../../src/operator/observe/last-words.ts';

const pem = '-----BEGIN EC PRIVATE KEY-----\nMHcCAQ\n-----END EC PRIVATE KEY-----';

describe('lastWordsOf', () => {
  it.each([
    { name: 'nothing of a gateway that said nothing', message: undefined, words: '' },
    { name: 'a line as it is', message: 'Error: listen EADDRINUSE :::2222', words: 'Error: listen EADDRINUSE :::2222' },
    { name: 'lines as one', message: 'first\r\n\tsecond\n', words: 'first second' },
    { name: 'what is printable', message: '\u001B[31mred\u0000\u0007 é 錯', words: '[31mred é 錯' },
    {
      name: 'paths and names of objects',
      message: 'open /etc/gateway/config.json: Secret prod-gateway not found',
      words: 'open /etc/gateway/config.json: Secret prod-gateway not found',
    },
  ])('tells $name', ({ message, words }) => {
    expect(lastWordsOf(message)).toBe(words);
  });

  it.each([
    { name: 'a password by its name', message: 'DB_PASSWORD=hunter2 refused', words: 'DB_PASSWORD=[hidden] refused' },
    { name: 'one in JSON', message: '{"clientSecret": "a b", "n": 1}', words: '{"clientSecret": [hidden], "n": 1}' },
    { name: 'one in prose', message: 'the token is abc and wrong', words: 'the token is [hidden] and wrong' },
    { name: 'one in a URL', message: 'dial db://me:pw@host/x', words: 'dial db://[hidden]@host/x' },
    { name: 'a header', message: 'sent Bearer abc.def to it', words: 'sent Bearer [hidden] to it' },
    { name: 'a key in PEM', message: `key ${pem} is bad`, words: 'key [hidden] is bad' },
    { name: 'one that is cut off', message: 'key -----BEGIN X-----\nMHcCAQ', words: 'key [hidden]' },
    { name: 'a long run', message: 'bad: eyJhbGciOiJIUzI1NiJ9abcd', words: 'bad: [hidden]' },
  ])('hides $name', ({ message, words }) => {
    expect(lastWordsOf(message)).toBe(words);
  });

  it('keeps the end, within 300 bytes and between characters', () => {
    const words = lastWordsOf(`${'錯 '.repeat(400)}the end`);

    expect(words).toMatch(/^….*the end$/u);
    expect(words).not.toContain('\uFFFD');
    expect(Buffer.byteLength(words)).toBeLessThanOrEqual(300);
    expect(Buffer.byteLength(words)).toBeGreaterThan(290);
  });

  it('says the same of what it said', () => {
    const once = lastWordsOf(`${'many words '.repeat(60)}password: x`);

    expect(lastWordsOf(once)).toBe(once);
  });
});
