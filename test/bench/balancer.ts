/**
 * Our balancer beside HAProxy and nginx: what a request, a connection, a byte and a session cost, and what is lost when a backend crashes or
 * hangs. `--only cpu_per_request` measures one figure (repeat it for more), `--rounds` and `--seconds` say how long, `--core` where, and
 * `--node-flags` tries other flags than the sidecar's.
 */
import { parseArgs } from 'node:util';
import { longStep } from '../cluster/progress.ts';
import { startField } from './balancer/field.ts';
import { prepareGround } from './balancer/ground.ts';
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
    core: { type: 'string' },
    'node-flags': { type: 'string' },
  },
});
const effort = { rounds: Number(values.rounds), seconds: Number(values.seconds) };
const parts = partsFor(values.only);
const estimate = parts.reduce((sum, { seconds }) => sum + seconds(effort), 0);

await runBench(180 + 2 * estimate, async (onEnd) => {
  const core = values.core === undefined ? undefined : Number(values.core);
  const nodeFlags = values['node-flags']?.split(' ').filter((flag) => flag !== '');
  const ground = await prepareGround({ core, nodeFlags }, onEnd);
  const { gateways: backends } = await startBackend(ground, 3, onEnd);
  const field = await startField(ground, { backends, resilient: false }, onEnd);

  const rows: Row[] = [];
  for (const { figures, seconds, measure } of parts) {
    const step = async (): Promise<readonly Row[]> => measure({ ground, backends, field, effort, onEnd });
    rows.push(...(await longStep(figures.join(', '), seconds(effort), step)));
  }

  const machine = await describeMachine();
  process.stdout.write(`\n${titleOf(machine, ground)}\n${tableOf(rows)}\n`);
  process.stdout.write(`${JSON.stringify({ machine, core: ground.core, nodeFlags: ground.nodeFlags })}\n`);
  for (const row of rows) process.stdout.write(`${jsonOf(row)}\n`);
  if (!rows.every(keepsBound)) process.exitCode = 1;
});
