import { describe, expect, it } from '@jest/globals';
import { eligibleMembers, type Standing } from '../../../src/balancer/rotation/eligible.ts';

interface Member extends Standing {
  readonly id: string;
}

const member = (id: string, changes: Partial<Standing> = {}): Member => ({
  id,
  ready: true,
  serving: true,
  draining: false,
  healthy: true,
  ...changes,
});

describe('eligibleMembers', () => {
  it.each([
    {
      name: 'takes all that are ready and healthy',
      members: [member('a'), member('b')],
      ids: ['a', 'b'],
      panic: false,
    },
    {
      name: 'leaves out one sick of three',
      members: [member('a'), member('b', { healthy: false }), member('c')],
      ids: ['a', 'c'],
      panic: false,
    },
    {
      name: 'leaves out one sick of two: half is enough',
      members: [member('a'), member('b', { healthy: false })],
      ids: ['a'],
      panic: false,
    },
    {
      name: 'ignores health when fewer than half are healthy',
      members: [member('a'), member('b', { healthy: false }), member('c', { healthy: false })],
      ids: ['a', 'b', 'c'],
      panic: true,
    },
    {
      name: 'uses the only one though it is sick',
      members: [member('a', { healthy: false })],
      ids: ['a'],
      panic: true,
    },
    {
      name: 'does not count backends that are not ready as sick',
      members: [
        member('a'),
        member('b', { ready: false, serving: false }),
        member('c', { ready: false, serving: false }),
      ],
      ids: ['a'],
      panic: false,
    },
    {
      name: 'falls back to what still serves when none is ready',
      members: [member('a', { ready: false }), member('b', { ready: false, serving: false })],
      ids: ['a'],
      panic: false,
    },
    {
      name: 'never takes one that drains by order, not even as the last',
      members: [member('a', { draining: true }), member('b', { draining: true, ready: false })],
      ids: [],
      panic: false,
    },
    { name: 'finds nobody in an empty pool', members: [], ids: [], panic: false },
  ])('$name', ({ members, ids, panic }) => {
    const eligible = eligibleMembers(members);

    expect(eligible.members.map(({ id }) => id)).toEqual(ids);
    expect(eligible.panic).toBe(panic);
  });
});
