import { describe, expect, it } from '@jest/globals';
import { trusted } from '../../../src/kube/json.ts';
import type { ApplyContext } from '../../../src/operator/apply/context.ts';
import { NameTakenError } from '../../../src/operator/apply/name-taken.ts';
import { RefusedError } from '../../../src/operator/apply/refusal.ts';
import type { RunOutcome } from '../../../src/operator/apply/run-actions.ts';
import { runActions } from '../../../src/operator/apply/run-actions.ts';
import { startBackoffMilliseconds } from '../../../src/operator/apply/start-backoff.ts';
import type { PoolMemory } from '../../../src/operator/observe/pool-memory.ts';
import { noBackoff, noObstacles } from '../../../src/operator/observe/pool-memory.ts';
import type { Action } from '../../../src/operator/plan/actions.ts';
import type { Gate } from '../../../src/operator/plan/gate.ts';
import type { SeatApi } from '../../../src/operator/seat-protocol/seat-api.ts';
import { FakeClock } from '../../kube/fake-clock.ts';
import { memoryLogger } from '../../kube/memory-logger.ts';
import { poolOf } from '../plan/pool-of.ts';

const gate: Gate = {
  generation: 8,
  maxInstances: 2,
  mode: 'SelfHeal',
  slots: ['prod-0'],
  seated: [],
  poolGeneration: 4,
  externalInstances: 0,
  rebuilding: false,
};
const start: Action = {
  action: 'StartSlots',
  slots: [{ number: 0, name: 'prod-0', reason: 'wanted' }],
  gate,
  expectResourceVersion: '7',
};
const write: Action = { action: 'WriteGate', gate, expectResourceVersion: '7', reason: 'the maximum is 2' };
const drains = { generation: 8, poolGeneration: 4, draining: [] };
const roll: Action = {
  action: 'RollSlot',
  slot: 'prod-0',
  uid: 'deployment-0',
  resourceVersion: '70',
  podUids: [],
  drains,
  expectResourceVersion: '600',
  proviso: { othersLeft: { slots: 0, ready: false }, notReady: false },
  mayCut: false,
  to: { kind: 'Current', revision: 'new' },
  lastGood: undefined,
  reason: 'the image changed',
};
const order: Action = {
  action: 'OrderDrains',
  drains,
  expectResourceVersion: '600',
  ifNoNewerPool: false,
  ordered: [],
  takenBack: [],
  fences: [],
  gone: [],
  reason: 'nobody drains',
};
const clear: PoolMemory = {
  generation: 4,
  children: noObstacles,
  slots: noObstacles,
  starts: noBackoff,
  rolls: noBackoff,
};

/** The protocol's requests at a pool of nothing; each may be made to answer otherwise. */
function seats(answers: Partial<SeatApi> = {}): SeatApi {
  const { pool } = poolOf({ max: 2 });
  const limits = { maxInstances: 2, externalInstances: 0 };
  return {
    readPool: async () => ({
      uid: pool.uid,
      generation: pool.generation,
      deleting: false,
      paused: false,
      limits,
      published: limits,
    }),
    listDeployments: async () => [],
    listPods: async () => [],
    createGate: async () => ({ uid: 'gate', resourceVersion: '8' }),
    replaceGate: async () => ({ uid: 'gate', resourceVersion: '8' }),
    createDeployment: async () => 'Created',
    touchDeployment: async () => 'Touched',
    deleteDeployment: async () => 'Deleted',
    replaceTemplate: async () => 'Replaced',
    noteFailure: async () => 'Noted',
    writeDrains: async () => 'Written',
    askSidecars: async () => new Map(),
    ...answers,
  };
}

async function run(
  actions: readonly Action[],
  answers: Partial<SeatApi> = {},
  memory = clear,
): Promise<RunOutcome & { clock: FakeClock }> {
  const clock = new FakeClock();
  const context = trusted<ApplyContext>({ observation: poolOf({ max: 2 }), logger: memoryLogger().logger });
  const outcome = await runActions({ context, seatApi: seats(answers), memory, clock }, actions);
  return { ...outcome, clock };
}

const refusal = { object: 'Deployment prod-0', by: 'ApiServer', errors: [{ field: 'spec.x', message: 'no' }] } as const;
const refuses = async (): Promise<never> => {
  throw new RefusedError(refusal);
};

describe('runActions', () => {
  it('carries all out, in order', async () => {
    const outcome = await run([write, start]);

    expect(outcome).toMatchObject({ completed: true, done: [write, start], memory: clear });
  });

  it('stops at the first that does not fit the world any more: what follows was planned for another one', async () => {
    const outcome = await run([write, start], { replaceGate: async () => 'Conflict' });

    expect(outcome).toMatchObject({ completed: false, done: [] });
  });

  it('remembers what the API server refused, and waits before it tries again', async () => {
    const first = await run([start], { createDeployment: refuses });
    const second = await run(
      [start],
      { createDeployment: refuses },
      {
        ...first.memory,
        starts: { refused: 1, againAt: 0 },
      },
    );

    expect(first).toMatchObject({
      completed: false,
      outOfDate: true,
      memory: { slots: { refusals: [refusal] }, starts: { refused: 1, againAt: 5000 } },
    });
    expect(second.memory).toMatchObject({
      slots: { refusals: [refusal] },
      starts: { refused: 2, againAt: 10_000 },
    });
  });

  it('sends nothing for a start that has to wait, and carries out what comes before and after it', async () => {
    const waiting = { ...clear, starts: { refused: 1, againAt: 5000 } };

    const outcome = await run([write, start, order, roll], { createDeployment: refuses }, waiting);

    expect(outcome).toMatchObject({ completed: false, outOfDate: false, done: [write, order, roll], memory: waiting });
  });

  it('lets drains and stops go on when a start is refused: a quota that nobody raises must not hold them up', async () => {
    const another: Action = { ...roll, slot: 'prod-1' };

    const outcome = await run([start, order, another], { createDeployment: refuses });

    expect(outcome).toMatchObject({ completed: false, outOfDate: true, done: [order, another] });
    expect(outcome.memory).toMatchObject({ slots: { refusals: [refusal] }, starts: { refused: 1 }, rolls: noBackoff });
  });

  it('forgets refusals when a start succeeds', async () => {
    const before = { ...clear, slots: { ...noObstacles, refusals: [refusal] }, starts: { refused: 4, againAt: 0 } };

    const outcome = await run([start], {}, before);

    expect(outcome.memory).toMatchObject({ slots: noObstacles, starts: noBackoff });
  });

  it('keeps what was refused of another kind when a start succeeds, but not what was refused of that slot', async () => {
    const other = { ...refusal, object: 'Deployment prod-7' };
    const rolls = { refused: 1, againAt: 9000 };
    const before = { ...clear, slots: { ...noObstacles, refusals: [refusal, other] }, rolls };

    const outcome = await run([start], {}, before);

    expect(outcome.memory).toEqual({ ...clear, slots: { conflicts: [], refusals: [other] }, rolls });
  });

  it('remembers an object of somebody else that has the name of a slot', async () => {
    const foreign = { kind: 'Deployment', name: 'prod-0', owner: 'has no owner' };

    const outcome = await run([start], {
      createDeployment: async () => {
        throw new NameTakenError(foreign);
      },
    });

    expect(outcome).toMatchObject({ completed: false, memory: { slots: { conflicts: [foreign], refusals: [] } } });
  });

  it('remembers what the API server refused of a new template, too, and the slot runs on as it is', async () => {
    const refused = await run([roll], { replaceTemplate: refuses });
    const again = await run([order, roll], { replaceTemplate: refuses }, refused.memory);

    expect(refused).toMatchObject({
      completed: false,
      memory: { slots: { refusals: [refusal] }, rolls: { againAt: 5000 } },
    });
    expect(again).toMatchObject({ completed: false, done: [order], memory: refused.memory });
  });

  it('looks again when somebody else changed the list of drains', async () => {
    expect(await run([order, roll], { writeDrains: async () => 'Conflict' })).toMatchObject({
      completed: false,
      done: [],
    });
  });

  it('lets every other error through: another try may mend it', async () => {
    const breaks = async (): Promise<never> => {
      throw new Error('connection reset');
    };

    await expect(run([start], { createDeployment: breaks })).rejects.toThrow('connection reset');
  });
});

describe('startBackoffMilliseconds', () => {
  it.each([
    { refusedBefore: 0, milliseconds: 5000 },
    { refusedBefore: 1, milliseconds: 10_000 },
    { refusedBefore: 5, milliseconds: 160_000 },
    { refusedBefore: 6, milliseconds: 300_000 },
    { refusedBefore: 1000, milliseconds: 300_000 },
  ])('after $refusedBefore refusals is $milliseconds', ({ refusedBefore, milliseconds }) => {
    expect(startBackoffMilliseconds(refusedBefore)).toBe(milliseconds);
  });
});
