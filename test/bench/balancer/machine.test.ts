import { describe, expect, it } from '@jest/globals';
import { versionIn } from './machine.ts';

describe('versionIn', () => {
  it.each([
    { text: 'HAProxy version 2.6.12-1+deb12u4 2026/01/02 - https://haproxy.org/\nStatus: …', version: '2.6.12' },
    { text: 'nginx version: nginx/1.22.1\n', version: '1.22.1' },
    { text: 'no such option', version: 'unknown' },
  ])('reads $version from what a program says', ({ text, version }) => {
    expect(versionIn(text)).toBe(version);
  });
});
