/**
 * What a pool's clients and its operators (the people) notice when instances are replaced, on a real cluster with nodes: failed requests
 * of a rolling replacement and of a graceful pod delete under load, and the time of a rollout compared with bare Deployments.
 */
import { parseArgs } from 'node:util';
import { prepareEnvironment } from '../e2e/environment.ts';
import { longStep, say } from '../cluster/progress.ts';
import type { HttpLoadResult } from '../harness/http-load.ts';
import { runBench } from './bench.ts';
import { deletedUnderLoad, replacedUnderLoad, startLoadedPool } from './drain/replacements.ts';
import { compareRollouts, startBoth } from './drain/rollouts.ts';
import { type Figure, report } from './figure.ts';

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '10' }, rounds: { type: 'string', default: '3' } },
});
const runs = Number(values.runs);
const rounds = Number(values.rounds);
const secondsOf = { setUp: 120, delete: 30, replacement: 60, round: 120 };
const deadline = secondsOf.setUp + runs * (secondsOf.delete + secondsOf.replacement) + rounds * secondsOf.round;

await runBench(deadline, async (onEnd) => {
  const environment = await longStep('operator and client', 20, async () => prepareEnvironment('bench-drain'));
  onEnd(async () => environment.dispose());

  const pool = await longStep('a pool of 3', 10, async () => startLoadedPool(environment));
  const deletes: HttpLoadResult[] = [];
  const replacements: HttpLoadResult[] = [];
  for (let run = 1; run <= runs; run++) {
    deletes.push(tell(`delete ${run} of ${runs}`, await deletedUnderLoad(pool, run)));
    replacements.push(tell(`rolling ${run} of ${runs}`, await replacedUnderLoad(pool)));
  }
  await pool.remove();

  const both = await longStep('an idle pool of 3, and 3 bare Deployments', 15, async () => startBoth(environment));
  const ratios: Figure[] = await compareRollouts(both, rounds);

  report(`Drain: ${runs} runs under load; ${rounds} rollouts beside bare Deployments`, [
    { figure: 'failed_rolling', value: sum(replacements, ({ failed }) => failed), unit: 'requests', must: 0 },
    { figure: 'failed_delete', value: sum(deletes, ({ failed }) => failed), unit: 'requests', must: 0 },
    { figure: 'requests_rolling', value: sum(replacements, ({ requests }) => requests), unit: 'requests' },
    { figure: 'requests_delete', value: sum(deletes, ({ requests }) => requests), unit: 'requests' },
    {
      figure: 'posts',
      value: sum([...deletes, ...replacements], ({ byMethod }) => byMethod['POST'] ?? 0),
      unit: 'requests',
    },
    ...ratios,
  ]);
});

function tell(what: string, result: HttpLoadResult): HttpLoadResult {
  const errors = result.failed === 0 ? '' : ` ${JSON.stringify(result.errors)}`;
  say(`${what}: ${result.requests} requests, ${result.failed} failed${errors}`);
  return result;
}

function sum(results: readonly HttpLoadResult[], count: (result: HttpLoadResult) => number): number {
  return results.reduce((total, result) => total + count(result), 0);
}
