import { setTimeout as sleep } from 'node:timers/promises';
import type { OnEnd } from '../bench.ts';
import { contestantNames } from './contestant.ts';
import type { Ground } from './ground.ts';
import { type Backend, RequestResult, runLoad, startBackend } from './load-program.ts';
import { inTurns } from './rounds.ts';
import { byContestant, type Row, worstRow } from './row.ts';
import { startContestant } from './start-contestant.ts';

const backendCount = 3;
const connections = 32;

/** The fault comes in full traffic … */
const faultAfterSeconds = 2;
/** … which goes on for longer than the slowest contestant's time-out. */
const loadSeconds = 8;

/** Requests (all GET) that the crash of one of three backends cost. */
export async function measureCrash(ground: Ground, attempts: number, onEnd: OnEnd): Promise<Row[]> {
  const rounds = await hit(ground, attempts, 'SIGKILL', onEnd);
  const failed = { figure: 'failed_crash', eachUnit: 'requests', better: 'Lower', must: 0 } as const;
  return [
    worstRow(
      failed,
      numbersOf(rounds, (result) => result.failed),
    ),
  ];
}

/** How long a request waits at most when one of three backends hangs: it is stopped, while its kernel still accepts connections. */
export async function measureHang(ground: Ground, attempts: number, onEnd: OnEnd): Promise<Row[]> {
  const rounds = await hit(ground, attempts, 'SIGSTOP', onEnd);
  const stall = { figure: 'stall_hang', eachUnit: 's', better: 'Lower', must: 2, aim: 1.2 } as const;
  const failed = { figure: 'failed_hang', eachUnit: 'requests', better: 'Lower' } as const;
  return [
    worstRow(
      stall,
      numbersOf(rounds, ({ longest }) => longest),
    ),
    worstRow(
      failed,
      numbersOf(rounds, (result) => result.failed),
    ),
  ];
}

type Rounds = Awaited<ReturnType<typeof hit>>;

function numbersOf(rounds: Rounds, numberOf: (result: RequestResult) => number) {
  return rounds.map((round) =>
    byContestant((name) => {
      const result = round.get(name);
      return result === undefined ? Number.NaN : numberOf(result);
    }),
  );
}

/** Contestant and backends are fresh each time, so that no fault is remembered. */
async function hit(ground: Ground, attempts: number, signal: 'SIGKILL' | 'SIGSTOP', onEnd: OnEnd) {
  return inTurns(contestantNames, attempts, async (name, attempt) => {
    const backends: Backend[] = [];
    for (let index = 0; index < backendCount; index++) backends.push(await startBackend(ground, 1, onEnd));
    const gateways = backends.flatMap((backend) => backend.gateways);
    const contestant = await startContestant(ground, name, { backends: gateways, resilient: true }, onEnd);

    const args = ['requests', '--port', String(contestant.ports.http), '--connections', String(connections)];
    const [result] = await Promise.all([
      runLoad(ground, RequestResult, loadSeconds, args),
      sleep(faultAfterSeconds * 1000).then(() => backends[attempt % backendCount]?.process.kill(signal)),
    ]);
    await contestant.process.stop(2000);
    for (const backend of backends) await backend.process.stop(0);
    return result;
  });
}
