import { describe, expect, it } from '@jest/globals';
import { staleConfigCopies } from '../../../src/operator/plan/config-copies.ts';
import { deploymentOf, podOf, poolOf, slotOf } from './pool-of.ts';

const valid = { state: 'Valid', copy: 'copy-9' } as const;

describe('staleConfigCopies', () => {
  it.each([
    { name: 'the current one and the one before it', copies: ['copy-9', 'copy-8'], slots: [], stale: undefined },
    {
      name: 'what a slot is made from',
      copies: ['copy-9', 'copy-8', 'copy-3'],
      slots: [slotOf(0, { deployment: deploymentOf(0, { configCopy: 'copy-3' }) })],
      stale: undefined,
    },
    {
      name: 'what a pod still runs with',
      copies: ['copy-9', 'copy-8', 'copy-4'],
      slots: [slotOf(0, { deployment: undefined, pods: [podOf(0, { configCopy: 'copy-4', terminating: true })] })],
      stale: undefined,
    },
    {
      name: 'the current one, though it is old: the Secret went back',
      copies: ['copy-12', 'copy-11', 'copy-10', 'copy-9'],
      slots: [],
      stale: ['copy-10'],
    },
    {
      name: 'nothing that nobody needs',
      copies: ['copy-9', 'copy-8', 'copy-7', 'copy-6'],
      slots: [],
      stale: ['copy-7', 'copy-6'],
    },
  ])('keeps $name', ({ copies, slots, stale }) => {
    const pool = poolOf({ slots, observation: { config: valid, configCopies: copies } });

    expect(staleConfigCopies(pool)?.names).toEqual(stale);
  });

  it('keeps the last good one while the Secret is broken', () => {
    const config = { state: 'Invalid', reason: 'Empty', message: 'empty', lastGoodCopy: 'copy-5' } as const;
    const pool = poolOf({ observation: { config, configCopies: ['copy-9', 'copy-8', 'copy-7', 'copy-5'] } });

    expect(staleConfigCopies(pool)?.names).toEqual(['copy-7']);
  });
});
