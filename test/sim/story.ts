import { readFileSync, writeFileSync } from 'node:fs';
import { say } from './cluster/cluster.ts';
import { comeToRest } from './converge.ts';
import { randomOf } from './random.ts';
import type { Simulation } from './simulation.ts';
import { poolSpec, simulationOf } from './simulation.ts';

/** A pool of three running instances under one operator, its log empty: where stories begin. */
export async function runningPool(): Promise<Simulation> {
  const simulation = simulationOf(randomOf(1), poolSpec({ maxInstances: 3 }), 1);
  await comeToRest(simulation);
  simulation.cluster.log.length = 0;
  return simulation;
}

/** Ends a chapter: everything comes to rest, and the pool tells how it is. */
export async function chapter(simulation: Simulation): Promise<void> {
  await comeToRest(simulation);
  const { status } = simulation.cluster.store.last('pool');
  for (const type of ['Ready', 'CapExceeded']) {
    const condition = status?.conditions?.find((found) => found.type === type);
    say(simulation.cluster, `    ${type}=${condition?.status ?? ''}: ${condition?.message ?? ''}`);
  }
  for (const { name, state, reason } of status?.slots ?? []) say(simulation.cluster, `    ${name} ${state}: ${reason}`);
  simulation.cluster.log.push('');
}

/** The story so far. */
export function told({ cluster }: Simulation): string {
  return `${cluster.log.join('\n').trimEnd()}\n`;
}

/** The story as a person has read it and found it right. `UPDATE_GOLDEN=1` writes it anew. */
export function golden(name: string, simulation: Simulation): string {
  const file = new URL(`stories/${name}.golden`, import.meta.url);
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, told(simulation));
  return readFileSync(file, 'utf8');
}
