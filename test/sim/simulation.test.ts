import { describe, expect, it } from '@jest/globals';
import { converge } from './converge.ts';
import type { Tally } from './invariants/tally.ts';
import { tallyOf } from './invariants/tally.ts';
import type { Temper } from './life/faults.ts';
import { liveRandomly } from './life/life.ts';
import { simulationOfSeed } from './simulation.ts';

const only = process.env['SIM_SEED'];
const seeds = only === undefined ? Number(process.env['SIM_SEEDS'] ?? 2000) : 1;
const firstSeed = Number(only ?? 0);
const steps = 400;
const tempers: readonly Temper[] = ['Seats', 'Rollouts', 'Everything'];

/** Runs one seed; returns what went wrong, with the story that led to it. A seed that is run alone tells its story in any case. */
async function failureOf(seed: number, tally: Tally): Promise<string | undefined> {
  const simulation = simulationOfSeed(seed, tally);
  let problem: Error | undefined;
  try {
    if (seed % 4 !== 0) await converge(simulation);
    await liveRandomly(simulation, tempers[seed % 3] ?? 'Everything', steps);
    await converge(simulation);
  } catch (error) {
    problem = error instanceof Error ? error : new Error('threw something else', { cause: error });
  }
  const story = simulation.cluster.log.join('\n');
  if (only !== undefined) process.stdout.write(`${story}\n`);
  return problem === undefined
    ? undefined
    : `Seed ${seed} (run it alone with SIM_SEED=${seed}):\n${story}\n${problem.stack ?? problem.message}`;
}

describe('the planner in a simulated cluster', () => {
  it(
    `keeps the cap, one gateway per slot and every session, and comes to rest, over ${seeds} random lives`,
    async () => {
      const tally = tallyOf();
      for (let seed = firstSeed; seed < firstSeed + seeds; seed += 1) {
        const failure = await failureOf(seed, tally);

        expect(failure).toBeUndefined();
      }
      if (process.env['SIM_TALLY'] === '1') process.stdout.write(`${JSON.stringify(tally.entries(), undefined, 1)}\n`);
    },
    10 * 60_000,
  );
});
