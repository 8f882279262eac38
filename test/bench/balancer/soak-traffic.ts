import { setTimeout as sleep } from 'node:timers/promises';
import type { Ports } from './contestant.ts';
import type { Ground } from './ground.ts';
import { abandonLoad, BulkResult, holdSessions, RequestResult, RoundTripResult, runLoad } from './load-program.ts';

/** What went through so far. */
export interface SoakTotals {
  requests: number;
  failed: number;
  readonly errors: Record<string, number>;
  bytes: number;
  roundTrips: number;
}

/** Each kind of other traffic takes so long, in turn. */
const turnSeconds = 4;

/**
 * Requests at full speed on 32 connections, and beside them everything else that a balancer meets, in turn: heads with many fields, larger
 * responses, a connection per request, TCP in bulk and in small messages, idle sessions, and clients that die in the middle.
 */
export async function sendSoakTraffic(ground: Ground, ports: Ports, seconds: number): Promise<SoakTotals> {
  const totals: SoakTotals = { requests: 0, failed: 0, errors: {}, bytes: 0, roundTrips: 0 };
  const end = performance.now() + seconds * 1000;
  const requests = async (duration: number, ...args: readonly string[]): Promise<void> => {
    const command = ['requests', '--port', String(ports.http), '--connections', '32', ...args];
    const result = await runLoad(ground, RequestResult, duration, command);
    totals.requests += result.requests;
    totals.failed += result.failed;
    for (const [error, count] of Object.entries(result.errors)) {
      totals.errors[error] = (totals.errors[error] ?? 0) + count;
    }
  };
  const turns: readonly (() => Promise<unknown>)[] = [
    async () => requests(turnSeconds, '--fields'),
    async () => requests(turnSeconds, '--path', '/10k'),
    async () => requests(turnSeconds, '--close'),
    async () => {
      const args = ['bulk', '--port', String(ports.sink)];
      totals.bytes += (await runLoad(ground, BulkResult, turnSeconds, args)).bytes;
    },
    async () => {
      const args = ['roundtrips', '--port', String(ports.echo)];
      totals.roundTrips += (await runLoad(ground, RoundTripResult, turnSeconds, args)).roundTrips;
    },
    async () => holdSessions(ground, ports.echo, 'echo', 300, async () => sleep(turnSeconds * 1000)),
    async () => holdSessions(ground, ports.http, 'http', 300, async () => sleep(turnSeconds * 1000)),
    async () => abandonLoad(ground, turnSeconds, ['requests', '--port', String(ports.http), '--path', '/10k']),
    async () => abandonLoad(ground, turnSeconds, ['bulk', '--port', String(ports.sink)]),
  ];
  const others = async (): Promise<void> => {
    for (let turn = 0; performance.now() < end; turn++) await turns[turn % turns.length]?.();
  };
  const steady = async (): Promise<void> => {
    // In pieces, so that a failure is seen soon.
    while (performance.now() < end) await requests(Math.max(1, Math.min(10, (end - performance.now()) / 1000)));
  };
  await Promise.all([steady(), others()]);
  return totals;
}
