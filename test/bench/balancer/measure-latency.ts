import { contestantNames } from './contestant.ts';
import { contestantIn, type Field } from './field.ts';
import type { Ground } from './ground.ts';
import { RequestResult, runLoad } from './load-program.ts';
import type { Effort } from './measure-speed.ts';
import { inTurns } from './rounds.ts';
import { byContestant, differenceRow, type Row } from './row.ts';

const rate = 2000;
const connections = 32;

/** What a balancer adds to the median answer time of an unhurried backend; `backend` is a port of one. */
export async function measureLatency(ground: Ground, field: Field, backend: number, effort: Effort): Promise<Row> {
  const rounds = await inTurns(['direct', ...contestantNames] as const, effort.rounds, async (name) => {
    const port = name === 'direct' ? backend : contestantIn(field, name).ports.http;
    const args = ['requests', '--port', String(port), '--connections', String(connections), '--rate', String(rate)];
    const result = await runLoad(ground, RequestResult, effort.seconds, args);
    if (result.failed > 0) throw new Error(`${args.join(' ')}: ${JSON.stringify(result)}`);
    return result.p50;
  });
  const numbers = rounds.map((round) =>
    byContestant((name) => (round.get(name) ?? Number.NaN) - (round.get('direct') ?? Number.NaN)),
  );
  return differenceRow({ figure: 'added_p50', eachUnit: 'µs', better: 'Lower', must: 5, aim: 0 }, numbers);
}
