/**
 * Ten minutes of everything at full speed through our balancer: does its memory stay, does it close what it opened, does it lose nothing?
 * `--seconds` says how long, `--core` where, and `--node-flags` tries other flags than the sidecar's.
 */
import { parseArgs } from 'node:util';
import { formatSeconds, longStep } from '../cluster/progress.ts';
import { until } from '../cluster/until.ts';
import { groundArguments, groundOptions, prepareGround } from './balancer/ground.ts';
import { startBackend } from './balancer/load-program.ts';
import { openFiles } from './balancer/open-files.ts';
import { slopePerSecond } from './balancer/slope.ts';
import { sendSoakTraffic } from './balancer/soak-traffic.ts';
import { startContestant } from './balancer/start-contestant.ts';
import { runBench } from './bench.ts';
import { report } from './figure.ts';
import { sampleMemory } from './resident-memory.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '600' },
    ...groundArguments,
  },
});
const seconds = Number(values.seconds);

/** Until then the heap finds its size. */
const warmUpSeconds = Math.ceil(seconds / 5);

/** Idle connections to backends are closed after seconds, and idle clients' by then too. */
const closeMilliseconds = 120_000;

await runBench(300 + seconds, async (onEnd) => {
  const ground = await prepareGround(groundOptions(values), onEnd);
  const { gateways } = await startBackend(ground, 3, onEnd);
  const { process: balancer, ports } = await startContestant(
    ground,
    'gatewaypool',
    { backends: gateways, resilient: false },
    onEnd,
  );
  const pid = balancer.pid;
  // The connection that asked whether it answers closes soon too.
  await longStep('rest', 10, async () => sampleMemory(pid, 10));
  const filesBefore = openFiles(pid);

  const begin = performance.now();
  const [samples, totals] = await longStep(`soak of ${formatSeconds(seconds)}`, seconds, async () =>
    Promise.all([sampleMemory(pid, seconds), sendSoakTraffic(ground, ports, seconds)]),
  );
  const took = (performance.now() - begin) / 1000;
  if (!balancer.running) throw new Error(`The balancer ended by itself:\n${balancer.logTail()}`);
  const filesLeft = async (): Promise<number> => openFiles(pid) - filesBefore;
  await until('its connections to close', closeMilliseconds, async () => (await filesLeft()) <= 0).catch(() => {});

  const resident = samples.map(({ rss }, index) => ({ seconds: index + 1, value: rss }));
  const settled = resident.slice(warmUpSeconds);
  const perHour = slopePerSecond(settled) * 3600;
  report(`Soak: ${seconds} s, ${totals.requests} requests`, [
    { figure: 'soak_rss_slope', value: perHour, unit: 'MiB per hour', must: 6, aim: 0 },
    { figure: 'soak_rss_per_request', value: (perHour / 3600 / (totals.requests / took)) * 2 ** 20, unit: 'bytes' },
    { figure: 'soak_rss', value: Math.max(...settled.map(({ value }) => value)), unit: 'MiB' },
    { figure: 'soak_fds_left', value: await filesLeft(), unit: 'file descriptors', must: 0 },
    { figure: 'soak_failed', value: totals.failed, unit: 'requests', must: 0 },
    { figure: 'soak_requests', value: totals.requests, unit: 'requests' },
    { figure: 'soak_requests_per_day', value: totals.requests / 86_400, unit: 'per second of a day' },
    { figure: 'soak_round_trips', value: totals.roundTrips, unit: 'round trips' },
    { figure: 'soak_bulk', value: totals.bytes / 1e9, unit: 'GB' },
  ]);
  if (totals.failed > 0) process.stdout.write(`  failed: ${JSON.stringify(totals.errors)}\n`);
});
