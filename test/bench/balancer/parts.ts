import type { OnEnd } from '../bench.ts';
import type { Ports } from './contestant.ts';
import type { Field } from './field.ts';
import type { Ground } from './ground.ts';
import { measureCrash, measureHang } from './measure-faults.ts';
import { measureLatency } from './measure-latency.ts';
import { measureBusyMemory, measureIdleMemory } from './measure-memory.ts';
import { type Effort, measureSpeed, warmUpSeconds } from './measure-speed.ts';
import { races } from './races.ts';
import type { Row } from './row.ts';

export interface Setting {
  readonly ground: Ground;
  readonly backends: readonly Ports[];
  readonly field: Field;
  readonly effort: Effort;
  readonly onEnd: OnEnd;
}

/** What is measured in one go. */
export interface Part {
  readonly figures: readonly string[];
  /** About. */
  readonly seconds: (effort: Effort) => number;
  readonly measure: (setting: Setting) => Promise<readonly Row[]>;
}

/** A fault is a yes or no, so it needs fewer rounds. */
const faultRounds = 3;

const attempts = ({ rounds }: Effort): number => Math.min(rounds, faultRounds);
const faultSeconds = (effort: Effort): number => 30 * attempts(effort);

export const parts: readonly Part[] = [
  ...races.map(
    (race): Part => ({
      figures: race.figures.map(({ figure }) => figure),
      seconds: ({ rounds, seconds }) => 3 * rounds * (seconds + warmUpSeconds),
      measure: async ({ ground, field, effort }) => measureSpeed(ground, field, race, effort),
    }),
  ),
  {
    figures: ['added_p50'],
    seconds: ({ rounds, seconds }) => 4 * rounds * seconds,
    measure: async ({ ground, field, backends, effort }) => [
      await measureLatency(ground, field, backends[0]?.http ?? 0, effort),
    ],
  },
  {
    figures: ['rss_busy'],
    seconds: () => 50,
    measure: async ({ ground, backends, onEnd }) => [await measureBusyMemory(ground, backends, onEnd)],
  },
  {
    figures: ['rss_idle_session', 'rss_idle_connection'],
    seconds: () => 80,
    measure: async ({ ground, backends, onEnd }) => measureIdleMemory(ground, backends, onEnd),
  },
  {
    figures: ['failed_crash'],
    seconds: faultSeconds,
    measure: async ({ ground, effort, onEnd }) => measureCrash(ground, attempts(effort), onEnd),
  },
  {
    figures: ['stall_hang', 'failed_hang'],
    seconds: faultSeconds,
    measure: async ({ ground, effort, onEnd }) => measureHang(ground, attempts(effort), onEnd),
  },
];

/** The parts that bring these figures; all when none is named. Throws for a name that no part has. */
export function partsFor(figures: readonly string[] | undefined): readonly Part[] {
  if (figures === undefined) return parts;
  const known = parts.flatMap((part) => part.figures);
  const unknown = figures.find((figure) => !known.includes(figure));
  if (unknown !== undefined) throw new Error(`There is no figure ${unknown}; choose from ${known.join(', ')}`);
  return parts.filter((part) => part.figures.some((figure) => figures.includes(figure)));
}
