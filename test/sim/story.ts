import { readFileSync, writeFileSync } from 'node:fs';
import { say } from './cluster/cluster.ts';
import type { Process } from './cluster/process.ts';
import { closeSession, openSession } from './cluster/sessions.ts';
import { comeToRest, goOn } from './converge.ts';
import { randomOf } from './random.ts';
import type { Simulation } from './simulation.ts';
import { poolSpec, simulationOf } from './simulation.ts';

/** A listening pool of running instances under one operator, its log empty: where stories begin. */
export async function runningPool(change: Parameters<typeof poolSpec>[0] = {}): Promise<Simulation> {
  const simulation = simulationOf(randomOf(1), poolSpec({ maxInstances: 3, ...change }), 1);
  simulation.cluster.calm = true;
  await comeToRest(simulation);
  simulation.cluster.log.length = 0;
  return simulation;
}

/** Ends a chapter: everybody does what there is to do without waiting for people, and the pool tells how it is. */
export async function chapter(simulation: Simulation): Promise<void> {
  const { log, store } = simulation.cluster;
  for (let lines = -1; lines !== log.length; ) {
    lines = log.length;
    await goOn(simulation, 20);
  }
  const { status } = store.last('pool');
  for (const { type, status: is, message } of status?.conditions ?? []) {
    const isNoteworthy = is === 'True' && ['CapExceeded', 'RollingOut', 'Stalled'].includes(type);
    if (type === 'Ready' || isNoteworthy || message.includes('sidecar'))
      say(simulation.cluster, `    ${type}=${is}: ${message}`);
  }
  for (const { name, state, reason } of status?.slots ?? []) say(simulation.cluster, `    ${name} ${state}: ${reason}`);
  log.push('');
}

/** Somebody works in the gateway of a slot, through the sidecar of that or another slot. */
export function work(simulation: Simulation, slot: string, through: string = slot): void {
  openSession(simulation.cluster, processOf(simulation, through), processOf(simulation, slot), false);
}

/** All work in the gateway of a slot is done. */
export function finishWork({ cluster }: Simulation, slot: string): void {
  for (const session of cluster.sessions) {
    if (cluster.processes.get(session.gateway)?.slot === slot) closeSession(cluster, session);
  }
}

/** What runs in a slot; of two, the one that came first. */
export function processOf({ cluster }: Simulation, slot: string): Process {
  for (const process of cluster.processes.values()) if (process.slot === slot) return process;
  throw new Error(`nothing runs in ${slot}`);
}

/** Plays on until this holds, or the story is stuck. */
export async function until(simulation: Simulation, holds: () => boolean): Promise<void> {
  for (let moves = 0; moves < 500 && !holds(); moves += 1) {
    const [move] = simulation.operators.flatMap((operator) => operator.moves());
    if (move !== undefined) await simulation.step(move);
  }
  if (!holds()) throw new Error('the story does not get there');
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
