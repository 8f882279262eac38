import { describe, expect, it } from '@jest/globals';
import { trusted } from '../../../src/kube/json.ts';
import { noBackoff, noObstacles, PoolMemories } from '../../../src/operator/observe/pool-memory.ts';
import type { Action, Plan } from '../../../src/operator/plan/actions.ts';
import type { Observation, TlsCheck } from '../../../src/operator/plan/observation.ts';
import { act } from '../../../src/operator/reconcile/act.ts';
import type { ReconcileDependencies } from '../../../src/operator/reconcile/dependencies.ts';
import type { Look } from '../../../src/operator/reconcile/look.ts';
import { FakeClock } from '../../kube/fake-clock.ts';
import { memoryLogger } from '../../kube/memory-logger.ts';

import { poolOf } from '../plan/pool-of.ts';
import { gateWith } from '../seat-protocol/recorded-api.ts';

const start: Action = {
  action: 'StartSlots',
  slots: [{ number: 1, name: 'prod-1', reason: 'wanted' }],
  gate: gateWith({ slots: ['prod-0', 'prod-1'] }),
  expectResourceVersion: '500',
};

/** What the status shows after a plan for a maximum of 2, where 3 was shown before. Whatever it sent would fail. */
async function shown(observation: Observation, actions: readonly Action[]): Promise<number | undefined> {
  const { pool } = observation;
  const refused = { refused: 1, againAt: Number.POSITIVE_INFINITY };
  const memory = { generation: 4, children: noObstacles, slots: noObstacles, starts: refused, rolls: noBackoff };
  const dependencies = trusted<ReconcileDependencies>({
    caches: {},
    clock: new FakeClock(),
    logger: memoryLogger().logger,
    memories: new PoolMemories(),
  });
  const plan: Plan = {
    actions,
    publish: { maxInstances: 2, externalInstances: 0, onlyIfAllStarted: false },
    status: { maxInstances: 3 },
    events: [],
    requeueAfterMilliseconds: undefined,
  };

  const acted = await act(
    dependencies,
    trusted<Look>({ pool, observation, memory, tls: { answer: observation.tls } }),
    plan,
    new AbortController().signal,
  );
  return acted.status.maxInstances;
}

describe('the maximum that the status shows', () => {
  it.each([
    { name: 'the new one, when all was carried out', pool: poolOf({ max: 2 }), actions: [], shows: 2 },
    {
      name: 'the new one, when the gate obeys it and only a start is refused: that may last for ever',
      pool: poolOf({ max: 2, running: [0] }),
      actions: [start],
      shows: 2,
    },
    {
      name: 'the old one, when the gate is still that of an older generation',
      pool: poolOf({ max: 2, running: [0], gate: { poolGeneration: 3 } }),
      actions: [start],
      shows: 3,
    },
  ])('is $name', async ({ pool, actions, shows }) => {
    expect(await shown(pool, actions)).toBe(shows);
  });
});

describe('a start with Secrets of listeners', () => {
  const valid = {
    state: 'Valid',
    firstToExpire: { secretName: 'prod-tls', at: '2027-01-01T00:00:00.000Z' },
    expired: false,
  } as const;
  const gone = { state: 'Invalid', reason: 'SecretNotFound', message: 'Secret "prod-tls" does not exist' } as const;

  /** Carries out a plan while the API server says `now` of the Secrets; the plan was made from `valid`. */
  async function acted(actions: readonly Action[], now: TlsCheck): Promise<{ outcome: string; reads: number }> {
    let reads = 0;
    const observation = poolOf({ running: [0], observation: { tls: valid } });
    const refused = { refused: 1, againAt: Number.POSITIVE_INFINITY };
    const memory = { generation: 4, children: noObstacles, slots: noObstacles, starts: refused, rolls: refused };
    const dependencies = trusted<ReconcileDependencies>({
      caches: {},
      clock: new FakeClock(),
      logger: memoryLogger().logger,
      memories: new PoolMemories(),
      tlsReader: {
        read: () => {
          reads += 1;
          return Promise.resolve({ answer: now });
        },
      },
    });
    const plan: Plan = { actions, publish: undefined, status: {}, events: [], requeueAfterMilliseconds: undefined };
    const look = trusted<Look>({ pool: observation.pool, observation, memory, tls: { answer: valid } });
    const outcome = await act(dependencies, look, plan, new AbortController().signal).then(
      () => 'went on',
      (error: unknown) => String(error),
    );
    return { outcome, reads };
  }

  it('is given up when one of them is gone by now', async () => {
    const { outcome } = await acted([start], gone);

    expect(outcome).toBe('MovedOnError: TLS is not set up any more: Secret "prod-tls" does not exist');
  });

  it('goes on when they are there still', async () => {
    expect(await acted([start], valid)).toEqual({ outcome: 'went on', reads: 1 });
  });

  it('is what they are read for: nothing else is worth a request', async () => {
    expect(await acted([], gone)).toEqual({ outcome: 'went on', reads: 0 });
  });
});
