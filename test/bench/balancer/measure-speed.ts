import { contestantNames } from './contestant.ts';
import { cpuNanoseconds } from './cpu-time.ts';
import { contestantIn, type Field } from './field.ts';
import type { Ground } from './ground.ts';
import type { Race, RaceFigure } from './races.ts';
import { inTurns } from './rounds.ts';
import { byContestant, ratioRow, type Row } from './row.ts';

/** Before each turn: caches, connections to backends, and compiled code are those of a balancer at work. */
export const warmUpSeconds = 1;

export interface Effort {
  readonly rounds: number;
  /** Of one turn. */
  readonly seconds: number;
}

/** Sends a race's traffic through each contestant in turn. */
export async function measureSpeed(ground: Ground, field: Field, race: Race, effort: Effort): Promise<Row[]> {
  const { service, traffic, figures } = race;
  const rounds = await inTurns(contestantNames, effort.rounds, async (name) => {
    const { process, ports } = contestantIn(field, name);
    await traffic(ground, ports[service], warmUpSeconds);
    const before = cpuNanoseconds(process.pid);
    const done = await traffic(ground, ports[service], effort.seconds);
    return { done, cpu: cpuNanoseconds(process.pid) - before };
  });
  return figures.map((figure: RaceFigure) => {
    const { of, ...options } = figure;
    const numbers = rounds.map((round) =>
      byContestant((name) => {
        const turn = round.get(name);
        return turn === undefined ? Number.NaN : of(turn.done, turn.cpu);
      }),
    );
    return ratioRow(options, numbers);
  });
}
