import { describe, expect, it } from '@jest/globals';
import { sharesPorts } from '../../../src/balancer/threads/shares-ports.ts';

describe('sharesPorts', () => {
  it.each([
    { version: '20.20.2', shares: false },
    { version: '22.11.0', shares: false },
    { version: '22.12.0', shares: true },
    { version: '23.0.0', shares: false },
    { version: '23.1.0', shares: true },
    { version: '24.0.0', shares: true },
  ])('Node.js $version: $shares', ({ version, shares }) => {
    expect(sharesPorts(version)).toBe(shares);
  });
});
