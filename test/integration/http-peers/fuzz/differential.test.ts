import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { closeServers } from '../../../balancer/loopback-servers.ts';
import { startLanes } from '../balancer-lanes.ts';
import { startHaproxy } from '../peers/haproxy.ts';
import { installedPeers } from '../peers/installed.ts';
import { startNginx } from '../peers/nginx.ts';
import { startNodeProxy } from '../peers/node-proxy.ts';
import type { StartPeer } from '../peers/proxy.ts';
import { startRecorder } from '../recorder.ts';
import { type Bench, type Lane, type PeerDifference, tryCase, type Verdict } from './bench.ts';
import { firstSeedOf } from './first-seed.ts';
import { caseOf, type FuzzCase } from './case.ts';
import { isJustified } from './justified.ts';
import { keptCases } from './kept-cases.ts';
import { withoutRuns } from './report.ts';

const installed = new Set<string>(await installedPeers(['haproxy', 'nginx']));
const everyPeer: readonly (readonly [string, StartPeer])[] = [
  ['node', startNodeProxy],
  ['haproxy', startHaproxy],
  ['nginx', startNginx],
];
const starters = everyPeer.filter(([name]) => name === 'node' || installed.has(name));

/** It is printed with each finding. */
const firstSeed = firstSeedOf(process.env);
const runs = Number(process.env['FUZZ_RUNS'] ?? 3000);
const laneCount = 8;
const quietMilliseconds = 40;
/** A difference counts only when it is still there with so much patience. */
const patientMilliseconds = 1000;
const lateMilliseconds = 500;

const stops: (() => Promise<void>)[] = [];
let benches: Bench[] = [];
beforeAll(async () => {
  const lanesOf = async (name: string, start: (ports: number[]) => Promise<Ports>): Promise<Lane[]> => {
    const recorders = await Promise.all(Array.from({ length: laneCount }, startRecorder));
    const started = await start(recorders.map(({ port }) => port));
    stops.push(() => started.stop());
    return recorders.map((recorder, lane) => ({ name, recorder, port: started.ports[lane] ?? 0 }));
  };
  const balancers = await lanesOf('balancer', startLanes);
  // One after the other: each looks for free ports.
  const peers: Lane[][] = [];
  for (const [name, start] of starters) peers.push(await lanesOf(name, start));
  benches = balancers.map((balancer, lane) => ({ balancer, peers: peers.flatMap((lanes) => lanes[lane] ?? []) }));
});
afterAll(async () => {
  for (const stop of stops) await stop();
  await closeServers();
});

interface Ports {
  readonly ports: readonly number[];
  stop(): Promise<void>;
}

/** What is left to explain of a verdict; for a person to read. A difference by its kind and its bytes. */
function unexplained({ differences }: Verdict): Map<string, string> {
  const open = differences.filter((difference) => !isJustified(difference));
  const kindOf = ({ peer, given, difference }: PeerDifference) => `${peer} ${given} ${difference}`;
  return new Map(open.map((difference) => [kindOf(difference), JSON.stringify(difference)]));
}

/** One line for each finding: how to repeat it, the bytes, and what is wrong. */
function report(seed: number, { parts }: FuzzCase, sentences: readonly string[]): string {
  return withoutRuns(`FUZZ_SEED=${seed} FUZZ_RUNS=1: ${JSON.stringify(parts)}: ${sentences.join('; ')}`);
}

/** On a machine that stood still for a moment, requests of the last try may come when it counts as over. */
async function forgetLate({ balancer, peers }: Bench): Promise<void> {
  await sleep(lateMilliseconds);
  for (const { recorder } of [balancer, ...peers]) recorder.take();
}

/** A fault counts when it is seen once more, a difference only when it is seen each time: peers have races of their own. */
async function findings(bench: Bench, fuzzCase: FuzzCase): Promise<{ forwarded: number; sentences: string[] }> {
  const first = await tryCase(bench, fuzzCase, quietMilliseconds);
  let differences = unexplained(first);
  if (first.faults.length + differences.size === 0) return { forwarded: first.forwarded, sentences: [] };
  const faults = new Set<string>();
  // Not once: whether two writes come as two reads is up to the kernel.
  for (let tries = 0; tries < 3 && faults.size === 0; tries += 1) {
    await forgetLate(bench);
    const verdict = await tryCase(bench, fuzzCase, patientMilliseconds);
    for (const fault of verdict.faults) faults.add(fault);
    const seen = unexplained(verdict);
    differences = new Map([...differences].filter(([kind]) => seen.has(kind)));
  }
  return { forwarded: first.forwarded, sentences: [...faults, ...differences.values()] };
}

describe('the balancer beside its peers', () => {
  it.each(keptCases)('$name', async ({ parts }) => {
    const [bench] = benches;
    if (bench === undefined) throw new Error('there are lanes');

    const { sentences } = await findings(bench, { parts, bytes: parts.join('') });

    expect(sentences).toEqual([]);
  });

  it(`passes on what the client sent and nothing else, in ${runs} cases from FUZZ_SEED=${firstSeed} on`, async () => {
    const found: string[] = [];
    let next = 0;
    let forwarded = 0;
    const work = async (bench: Bench): Promise<void> => {
      while (next < runs && found.length < 10) {
        const seed = firstSeed + next;
        next += 1;
        const fuzzCase = caseOf(seed);
        const result = await findings(bench, fuzzCase);
        forwarded += result.forwarded;
        if (result.sentences.length > 0) found.push(report(seed, fuzzCase, result.sentences));
      }
    };

    await Promise.all(benches.map(work));

    process.stderr.write(`FUZZ_SEED=${firstSeed} FUZZ_RUNS=${next}: ${forwarded} requests passed on\n`);
    expect(found).toEqual([]);
    // A fuzz of which nothing gets through would prove nothing.
    expect(forwarded).toBeGreaterThan(runs / 3);
  }, 3_600_000);
});
