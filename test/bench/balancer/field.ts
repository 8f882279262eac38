import type { OnEnd } from '../bench.ts';
import { type Contestant, type ContestantName, contestantNames, type Ports } from './contestant.ts';
import type { Ground } from './ground.ts';
import { startContestant } from './start-contestant.ts';

/** All contestants, in front of the same backends. */
export type Field = ReadonlyMap<ContestantName, Contestant>;

export async function startField(
  ground: Ground,
  options: { readonly backends: readonly Ports[]; readonly resilient: boolean },
  onEnd: OnEnd,
): Promise<Field> {
  const field = new Map<ContestantName, Contestant>();
  const all = { ...options, certificate: ground.certificate };
  for (const name of contestantNames) field.set(name, await startContestant(ground, name, all, onEnd));
  return field;
}

export function contestantIn(field: Field, name: ContestantName): Contestant {
  const contestant = field.get(name);
  if (contestant === undefined) throw new Error(`${name} was not started`);
  if (!contestant.process.running) throw new Error(`${name} ended by itself:\n${contestant.process.logTail()}`);
  return contestant;
}
