import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { closeServers } from '../../../balancer/loopback-servers.ts';
import { startLanes } from '../balancer-lanes.ts';
import { type Answer, sendBytes } from '../byte-client.ts';
import { startHaproxy } from '../peers/haproxy.ts';
import { installedPeers } from '../peers/installed.ts';
import { type ResponseBackend, startResponseBackend } from './response-backend.ts';
import { firstSeedOf } from './first-seed.ts';
import { type ResponseCase, responseCaseOf } from './response-case.ts';
import { withoutRuns } from './report.ts';
import { readingOf, responseFaultsOf, viewOf } from './response-judge.ts';
import { justifiedResponse } from './justified-responses.ts';

const installed = await installedPeers(['haproxy']);
/** It is printed with each finding. */
const firstSeed = firstSeedOf(process.env);
const runs = Number(process.env['FUZZ_RUNS'] ?? 1500);
const laneCount = 8;
const quietMilliseconds = 40;
/** A finding counts only when it is still there with so much patience. */
const patientMilliseconds = 600;

interface Lane {
  readonly port: number;
  readonly backend: ResponseBackend;
}

let lanes: Lane[] = [];
let haproxyLanes: Lane[] = [];
const stops: (() => Promise<void>)[] = [];
beforeAll(async () => {
  const start = async (program: (ports: number[]) => Promise<{ ports: readonly number[]; stop(): Promise<void> }>) => {
    const backends = await Promise.all(Array.from({ length: laneCount }, startResponseBackend));
    const started = await program(backends.map(({ port }) => port));
    stops.push(() => started.stop());
    return backends.map((backend, lane) => ({ backend, port: started.ports[lane] ?? 0 }));
  };
  const once = { attempts: 1, budgetPercent: 0, budgetMinimum: 0 };
  lanes = await start((ports) => startLanes(ports, { retries: once }));
  if (installed.has('haproxy')) haproxyLanes = await start(startHaproxy);
});
afterAll(async () => {
  for (const stop of stops) await stop();
  await closeServers();
});

async function ask(lane: Lane, responseCase: ResponseCase, quiet: number): Promise<Answer> {
  lane.backend.play(responseCase);
  const request = `${responseCase.method} /case HTTP/1.1\r\nHost: gateway.example\r\n\r\n`;
  return sendBytes({ port: lane.port, parts: [request], quietMilliseconds: quiet });
}

/** What is wrong with this case, and with what the next client of this lane gets. */
async function findingsIn(lane: number, responseCase: ResponseCase, quiet: number): Promise<string[]> {
  const [ours, haproxy] = [lanes[lane], haproxyLanes[lane]];
  if (ours === undefined) throw new Error('there are lanes');
  const answer = await ask(ours, responseCase, quiet);
  const findings = responseFaultsOf(responseCase, answer);
  const next = `/own-${lane}`;
  const request = `GET ${next} HTTP/1.1\r\nHost: gateway.example\r\nConnection: close\r\n\r\n`;
  const { text } = await sendBytes({ port: ours.port, parts: [request], quietMilliseconds: 2000 });
  if (!text.startsWith('HTTP/1.1 200 ') || !text.endsWith(`\r\n\r\n${next}`))
    findings.push(`the next client got ${text}`);
  const expected = readingOf(responseCase);
  if (!('status' in expected) || haproxy === undefined || findings.length > 0) return findings;
  const theirs = viewOf(await ask(haproxy, responseCase, quiet), responseCase);
  const isSame = 'status' in theirs && theirs.status === expected.status && theirs.body === expected.body;
  if (!isSame && !justifiedResponse(responseCase, expected, theirs)) {
    findings.push(`HAProxy passed on something else: ${JSON.stringify(theirs)}`);
  }
  return findings;
}

async function certainFindings(lane: number, responseCase: ResponseCase): Promise<string[]> {
  let findings = await findingsIn(lane, responseCase, quietMilliseconds);
  for (let tries = 0; tries < 2 && findings.length > 0; tries += 1) {
    findings = await findingsIn(lane, responseCase, patientMilliseconds);
  }
  return findings;
}

describe('the balancer between a backend that may say anything and its clients', () => {
  it(`passes on the very response or 502, in ${runs} cases from FUZZ_SEED=${firstSeed} on`, async () => {
    const found: string[] = [];
    let next = 0;
    let passedOn = 0;
    const work = async (lane: number): Promise<void> => {
      while (next < runs && found.length < 10) {
        const seed = firstSeed + next;
        next += 1;
        const responseCase = responseCaseOf(seed);
        if ('status' in readingOf(responseCase)) passedOn += 1;
        const findings = await certainFindings(lane, responseCase);
        if (findings.length > 0)
          found.push(
            withoutRuns(`FUZZ_SEED=${seed} FUZZ_RUNS=1: ${JSON.stringify(responseCase)}: ${findings.join('; ')}`),
          );
      }
    };

    await Promise.all(lanes.map((_lane, index) => work(index)));

    process.stderr.write(`FUZZ_SEED=${firstSeed} FUZZ_RUNS=${next}: ${passedOn} responses passed on\n`);
    expect(found).toEqual([]);
    // A fuzz of which nothing gets through would prove nothing.
    expect(passedOn).toBeGreaterThan(runs / 5);
  }, 3_600_000);
});
