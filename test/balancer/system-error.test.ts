import { describe, expect, it } from '@jest/globals';
import { openSync } from 'node:fs';
import { systemErrorCode } from '../../src/balancer/system-error.ts';

describe('systemErrorCode', () => {
  it('is what the system calls a failure', () => {
    const open = (): unknown => {
      try {
        return openSync('/no/such/file', 'r');
      } catch (error) {
        return error;
      }
    };

    expect(systemErrorCode(open())).toBe('ENOENT');
  });

  it.each([
    { error: new Error('ours') },
    { error: undefined },
    { error: null },
    { error: 'ENOENT' },
    { error: { code: 7 } },
  ])('is unknown for $error', ({ error }) => {
    expect(systemErrorCode(error)).toBeUndefined();
  });
});
