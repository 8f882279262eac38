import { describe, expect, it } from '@jest/globals';
import { converge } from './converge.ts';
import type { Tally } from './invariants/tally.ts';
import { tallyOf } from './invariants/tally.ts';
import type { Temper } from './life/faults.ts';
import { liveRandomly } from './life/life.ts';
import { simulationOfSeed } from './simulation.ts';

const only = process.env['SIM_SEED'];
const seeds = Number(process.env['SIM_SEEDS'] ?? 5200);
const steps = 400;
const tempers: readonly Temper[] = ['Seats', 'Rollouts', 'Drains', 'Everything'];

/**
 * Random lives of one temper: every fourth seed. `happens` is what all of them together must have seen at least so often per thousand
 * lives, because a simulation in which nothing happens proves nothing.
 */
export function describeLives(temper: Temper, happens: Readonly<Record<string, number>>): void {
  const own = seedsOf(temper);
  describe(`the operator in a simulated cluster (${temper})`, () => {
    it(
      `keeps every guarantee after each step, and comes to rest, over ${own.length} random lives`,
      async () => {
        const tally = tallyOf();
        for (const seed of own) {
          const failure = await failureOf(seed, temper, tally);

          expect(failure).toBeUndefined();
        }
        if (process.env['SIM_TALLY'] !== undefined) process.stdout.write(`${temper}\n${told(tally)}\n`);

        expect(rare(tally, happens, own.length)).toEqual([]);
      },
      30 * 60_000,
    );
  });
}

function seedsOf(temper: Temper): number[] {
  const all = only === undefined ? Array.from({ length: seeds }, (_, seed) => seed) : [Number(only)];
  return all.filter((seed) => tempers[seed % tempers.length] === temper);
}

/** Runs one seed; returns what went wrong, with the story that led to it. A seed that is run alone tells its story in any case. */
async function failureOf(seed: number, temper: Temper, tally: Tally): Promise<string | undefined> {
  const simulation = simulationOfSeed(seed, tally);
  let problem: Error | undefined;
  try {
    // Note: most begin with a pool that runs, some with one that is being made.
    if (seed % 5 !== 0) await converge(simulation);
    await liveRandomly(simulation, temper, steps);
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

/** What happened too rarely. A few lives say nothing about that. */
function rare(tally: Tally, happens: Readonly<Record<string, number>>, lives: number): string[] {
  if (lives < 300) return [];
  return Object.entries(happens)
    .filter(([what, perThousand]) => tally.of(what) * 1000 < perThousand * lives)
    .map(([what]) => `${what} happened ${tally.of(what)} times in ${lives} lives`);
}

function told(tally: Tally): string {
  return tally
    .entries()
    .map(([what, times]) => `${String(times).padStart(8)}  ${what}`)
    .join('\n');
}
