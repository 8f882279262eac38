/**
 * What the operator costs on top of the API server: 20 pools × 3 from created to every child object and status written, as a ratio to
 * the same requests sent bare. The requests are recorded from the operator itself, then both take turns on the same API server.
 */
import { parseArgs } from 'node:util';
import { parseSettings } from '../../src/operator/settings.ts';
import { longStep, say } from '../cluster/progress.ts';
import { type AuditedRequest, isWrite, tally } from './audit-trail.ts';
import { type OnEnd, runBench } from './bench.ts';
import { type Figure, median, report } from './figure.ts';
import { assertRunning, cpuMilliseconds, startOperator } from './operator/operator-process.ts';
import { instancesPerPool, poolCount } from './pools.ts';
import { atMost } from './reconcile/at-most.ts';
import { bareRequests } from './reconcile/bare-requests.ts';
import { createPools } from './reconcile/create-pools.ts';
import { clear, type Field, prepare, startField } from './reconcile/field.ts';
import { startRecorder } from './reconcile/recorder.ts';
import { type Recording, replay } from './reconcile/replay.ts';
import { isWhole, type Round, roundOf } from './reconcile/round.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '7' } } });
const rounds = Number(values.rounds);

/** The only namespace that the operator watches, so that it leaves the bare client's pools alone. */
const operatorPools = 'operator-pools';
const barePools = 'bare-pools';
const recordedPools = 'recorded-pools';

await runBench(240 + 20 * rounds, async (onEnd) => {
  const field = await longStep('API server', 5, async () => startField(onEnd));
  const settings = parseSettings(field.installation.args, field.installation.env);
  if (!settings.ok) throw new Error(settings.problem);
  const { concurrency } = settings.settings;

  const recording = await longStep('recording what the operator sends', 10, async () => record(field, onEnd));
  const { controlPlane, installation, bare } = field;
  const operator = startOperator(installation, {
    directory: controlPlane.directory,
    server: new URL(controlPlane.server),
    flags: [`--watch-namespace=${operatorPools}`],
  });
  onEnd(async () => operator.stop(5000));

  const byOperator = async (): Promise<TimedRound> =>
    timedRound(
      field,
      operatorPools,
      () => cpuMilliseconds(operator.pid),
      async () => createPools(field.user, operatorPools),
    );
  const byBareClient = async (): Promise<TimedRound> => {
    const limited = atMost(concurrency);
    return timedRound(field, barePools, ownCpuMilliseconds, async () =>
      createPools(field.user, barePools, async (pool) => limited(async () => replay(bare, recording, barePools, pool))),
    );
  };

  await longStep('warming up', 10, async () => [await byOperator(), await byBareClient()]);
  const pairs: Pair[] = [];
  for (let number = 1; number <= rounds; number++) {
    // Taking turns at being first: whatever grows with time hits both.
    const pair =
      number % 2 === 1
        ? { operator: await byOperator(), bare: await byBareClient() }
        : { bare: await byBareClient(), operator: await byOperator() };
    pairs.push(pair);
    say(`round ${number} of ${rounds}: operator ${milliseconds(pair.operator)}, bare ${milliseconds(pair.bare)}`);
  }
  assertRunning(operator);
  tell(pairs, concurrency);
});

interface TimedRound extends Round {
  /** Of the operator, or of the bare client. */
  readonly cpuMilliseconds: number;
}

interface Pair {
  readonly operator: TimedRound;
  readonly bare: TimedRound;
}

/** Lets an operator work through a recorder, once. */
async function record(field: Field, onEnd: OnEnd): Promise<Recording> {
  const namespace = recordedPools;
  const recorder = await startRecorder(field.controlPlane);
  onEnd(() => recorder.close());
  const operator = startOperator(field.installation, {
    directory: field.controlPlane.directory,
    server: recorder.server,
    flags: [`--watch-namespace=${namespace}`],
  });
  onEnd(async () => operator.stop(5000));

  await prepare(field, namespace);
  const uids = new Map<string, string>();
  await createPools(field.user, namespace, ({ name, uid }) => void uids.set(name, uid));
  await field.settled(isWhole);
  const requests = bareRequests(recorder.requests, namespace);
  await operator.stop(5000);
  recorder.close();
  await clear(field, namespace);
  return { namespace, uids, requests };
}

async function timedRound(
  field: Field,
  namespace: string,
  cpu: () => number,
  createAll: () => Promise<void>,
): Promise<TimedRound> {
  await prepare(field, namespace);
  const cpuBefore = cpu();
  await createAll();
  const requests = await field.settled(isWhole);
  const round = { ...roundOf(requests, namespace), cpuMilliseconds: cpu() - cpuBefore };
  await clear(field, namespace);
  return round;
}

function tell(pairs: readonly Pair[], concurrency: number): void {
  const ratios = pairs.map(({ operator, bare }) => operator.milliseconds / bare.milliseconds);
  const perPool = pairs.flatMap(({ operator }) => operator.perPool).sort((a, b) => a - b);
  const [operator, bare] = [pairs.map((pair) => pair.operator), pairs.map((pair) => pair.bare)];

  report(`Reconcile: ${poolCount} pools × ${instancesPerPool}, ${concurrency} at a time, ${pairs.length} rounds`, [
    { figure: 'reconcile_ratio', value: median(ratios), unit: 'operator ÷ bare', aim: 1.5 },
    { figure: 'reconcile_ratio_best', value: Math.min(...ratios), unit: 'operator ÷ bare' },
    { figure: 'reconcile_ratio_worst', value: Math.max(...ratios), unit: 'operator ÷ bare' },
    { figure: 'reconcile_pool_p50', value: percentile(perPool, 0.5), unit: 'ms' },
    { figure: 'reconcile_pool_p99', value: percentile(perPool, 0.99), unit: 'ms' },
    ...figuresOf('reconcile_operator', operator),
    ...figuresOf('reconcile_bare', bare),
  ]);
  const counts = tally(operator.at(-1)?.requests ?? []);
  for (const [what, count] of counts) {
    process.stdout.write(`  ${(count / poolCount).toFixed(2).padStart(6)} per pool  ${what}\n`);
  }
}

function figuresOf(name: string, measured: readonly TimedRound[]): Figure[] {
  const typical = (count: (round: TimedRound) => number): number => median(measured.map(count));
  const perPool = (isCounted: (request: AuditedRequest) => boolean): number =>
    typical(({ requests }) => requests.filter(isCounted).length) / poolCount;
  return [
    { figure: `${name}_time`, value: typical((round) => round.milliseconds), unit: 'ms' },
    { figure: `${name}_cpu`, value: typical((round) => round.cpuMilliseconds), unit: 'ms' },
    { figure: `${name}_reads`, value: perPool((request) => !isWrite(request)), unit: 'requests per pool' },
    { figure: `${name}_writes`, value: perPool(isWrite), unit: 'requests per pool' },
    { figure: `${name}_events`, value: typical(({ events }) => events) / poolCount, unit: 'requests per pool' },
  ];
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

function milliseconds(round: Round): string {
  return `${round.milliseconds.toFixed(0)} ms`;
}

function ownCpuMilliseconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
