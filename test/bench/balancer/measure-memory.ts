import { setTimeout as sleep } from 'node:timers/promises';
import { median } from '../figure.ts';
import type { OnEnd } from '../bench.ts';
import { sampleMemory } from '../resident-memory.ts';
import { type Contestant, contestantNames, type Ports } from './contestant.ts';
import type { Ground } from './ground.ts';
import { holdSessions, RequestResult, runLoad } from './load-program.ts';
import { inTurns } from './rounds.ts';
import { byContestant, type Row, worstRow } from './row.ts';
import { startContestant } from './start-contestant.ts';

/** Of a busy balancer; until then its heap still grows. */
const warmUpSeconds = 5;
const busySeconds = 10;

const idleSessions = 1500;
/** What the first sessions take is the program's, not theirs. */
const firstSessions = 100;
/** After the last byte: time to collect garbage. */
const settleSeconds = 6;

/** The most resident memory in any second of a load of small requests, each contestant fresh. */
export async function measureBusyMemory(ground: Ground, backends: readonly Ports[], onEnd: OnEnd): Promise<Row> {
  const mebibytes = await ofFreshOnes(ground, backends, onEnd, async ({ process, ports }) => {
    const args = ['requests', '--port', String(ports.http), '--connections', '64'];
    await runLoad(ground, RequestResult, warmUpSeconds, args);
    const [samples] = await Promise.all([
      sampleMemory(process.pid, busySeconds),
      runLoad(ground, RequestResult, busySeconds + 1, args),
    ]);
    return Math.max(...samples.map(({ rss }) => rss));
  });
  return worstRow({ figure: 'rss_busy', eachUnit: 'MiB', better: 'Lower', must: 64, aim: 55 }, [mebibytes]);
}

/** What a session that was used once and is idle now adds: a TCP session, and a keep-alive HTTP connection. */
export async function measureIdleMemory(ground: Ground, backends: readonly Ports[], onEnd: OnEnd): Promise<Row[]> {
  const bounds = { eachUnit: 'KiB', better: 'Lower', must: 24, aim: 16 } as const;
  const rows: Row[] = [];
  for (const [figure, service] of [
    ['rss_idle_session', 'echo'],
    ['rss_idle_connection', 'http'],
  ] as const) {
    const kibibytes = await ofFreshOnes(ground, backends, onEnd, async ({ process, ports }) => {
      const port = ports[service];
      const before = await holdSessions(ground, port, service, firstSessions, async () => settled(process.pid));
      const after = await holdSessions(ground, port, service, idleSessions, async () => settled(process.pid));
      return ((after - before) * 1024) / (idleSessions - firstSessions);
    });
    rows.push(worstRow({ figure, ...bounds }, [kibibytes]));
  }
  return rows;
}

async function ofFreshOnes(
  ground: Ground,
  backends: readonly Ports[],
  onEnd: OnEnd,
  measure: (contestant: Contestant) => Promise<number>,
) {
  const [round] = await inTurns(contestantNames, 1, async (name) => {
    const contestant = await startContestant(ground, name, { backends, resilient: false }, onEnd);
    const number = await measure(contestant);
    await contestant.process.stop(2000);
    return number;
  });
  return byContestant((name) => round?.get(name) ?? Number.NaN);
}

/** In MiB. */
async function settled(pid: number): Promise<number> {
  await sleep((settleSeconds - 3) * 1000);
  return median((await sampleMemory(pid, 3)).map(({ rss }) => rss));
}
