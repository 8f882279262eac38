/**
 * Our balancer beside HAProxy and nginx: what a request, a connection, a byte and a session cost, and what is lost when a backend crashes or
 * hangs. All of it goes into docs/benchmarks.md. `--only cpu_per_request` measures one figure (repeat it for more), `--rounds` and `--seconds` say how long, `--core` where, and
 * `--node-flags` tries other flags than the sidecar's.
 */
import { parseArgs } from 'node:util';
import { longStep } from '../cluster/progress.ts';
import { coreUse } from './balancer/core-use.ts';
import { documentFigures } from './balancer/document.ts';
import { startField } from './balancer/field.ts';
import { groundArguments, groundOptions, prepareGround } from './balancer/ground.ts';
import { startBackend } from './balancer/load-program.ts';
import { describeMachine } from './balancer/machine.ts';
import { partsFor } from './balancer/parts.ts';
import { keepsBound, type Row } from './balancer/row.ts';
import { jsonOf, tableOf, titleOf } from './balancer/table.ts';
import { runBench } from './bench.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    seconds: { type: 'string', default: '2' },
    only: { type: 'string', multiple: true },
    ...groundArguments,
  },
});
/** Nothing of the bench is at work then. */
const restMilliseconds = 2000;

const effort = { rounds: Number(values.rounds), seconds: Number(values.seconds) };
const parts = partsFor(values.only);
const estimate = parts.reduce((sum, { seconds }) => sum + seconds(effort), 0);

await runBench(180 + 2 * estimate, async (onEnd) => {
  const ground = await prepareGround(groundOptions(values), onEnd);
  const { gateways: backends } = await startBackend(ground, 3, onEnd);
  const field = await startField(ground, { backends, resilient: false }, onEnd);

  const othersBefore = await coreUse(ground.core, restMilliseconds);
  const rows: Row[] = [];
  for (const { figures, seconds, measure } of parts) {
    const step = async (): Promise<readonly Row[]> => measure({ ground, backends, field, effort, onEnd });
    rows.push(...(await longStep(figures.join(', '), seconds(effort), step)));
  }

  const othersUse = Math.max(othersBefore, await coreUse(ground.core, restMilliseconds));
  const machine = await describeMachine();
  const { core, nodeFlags } = ground;
  const figures = `${titleOf(machine, ground, othersUse)}\n${tableOf(rows)}`;
  process.stdout.write(`\n${figures}\n`);
  process.stdout.write(`${JSON.stringify({ machine, core, othersUse, nodeFlags })}\n`);
  for (const row of rows) process.stdout.write(`${jsonOf(row)}\n`);
  // Some figures alone would replace all.
  if (values.only === undefined) await documentFigures(figures, new Date());
  if (!rows.every(keepsBound)) process.exitCode = 1;
});
