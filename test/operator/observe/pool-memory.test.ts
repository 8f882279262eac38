import { describe, expect, it } from '@jest/globals';
import type { PoolMemory } from '../../../src/operator/observe/pool-memory.ts';
import { noBackoff, PoolMemories } from '../../../src/operator/observe/pool-memory.ts';

const conflict = { kind: 'Service', name: 'prod', owner: 'has no owner' };
const refusal = { object: 'Deployment prod-0', by: 'ApiServer', errors: [] } as const;
const memory: PoolMemory = {
  generation: 1,
  children: { conflicts: [conflict], refusals: [] },
  slots: { conflicts: [], refusals: [refusal] },
  starts: { refused: 3, againAt: 5000 },
  rolls: { refused: 1, againAt: 7000 },
};

describe('PoolMemories', () => {
  it('remembers nothing of a pool that it has not met', () => {
    expect(new PoolMemories().of('uid', 1)).toMatchObject({
      children: { conflicts: [], refusals: [] },
      starts: noBackoff,
    });
  });

  it('remembers what stood in the way of this spec', () => {
    const memories = new PoolMemories();
    memories.remember('uid', memory);

    expect(memories.of('uid', 1)).toBe(memory);
  });

  it('tries again at once when the spec changed, and knows of what is in the way still', () => {
    const memories = new PoolMemories();
    memories.remember('uid', memory);

    expect(memories.of('uid', 2)).toEqual({
      generation: 2,
      children: { conflicts: [conflict], refusals: [] },
      slots: { conflicts: [], refusals: [] },
      starts: noBackoff,
      rolls: noBackoff,
    });
  });

  it('forgets a pool that is gone', () => {
    const memories = new PoolMemories();
    memories.remember('uid', memory);

    memories.forget('uid');

    expect(memories.of('uid', 1).starts).toBe(noBackoff);
  });
});
