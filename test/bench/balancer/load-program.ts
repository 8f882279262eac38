import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { DaemonChild } from '../../cluster/processes/child.ts';
import { freePorts } from '../../cluster/processes/ports.ts';
import { run } from '../../cluster/processes/run.ts';
import { until } from '../../cluster/until.ts';
import type { OnEnd } from '../bench.ts';
import type { Ports } from './contestant.ts';
import { type Ground, startPinned } from './ground.ts';

/** What `load requests` prints. */
export const RequestResult = z.object({
  requests: z.number(),
  seconds: z.number(),
  failed: z.number(),
  /** How many failed, by what was seen. */
  errors: z.record(z.string(), z.number()),
  /** Microseconds. */
  p50: z.number(),
  p99: z.number(),
  /** Seconds, of requests that failed too. */
  longest: z.number(),
});
export type RequestResult = z.infer<typeof RequestResult>;

export const RoundTripResult = z.object({ roundTrips: z.number(), seconds: z.number() });
export type RoundTripResult = z.infer<typeof RoundTripResult>;

export const BulkResult = z.object({ bytes: z.number(), seconds: z.number() });
export type BulkResult = z.infer<typeof BulkResult>;

/** How long the program waits, after its time, for answers that are missing; and some more for a busy machine. */
const graceSeconds = 20;

/** Runs one kind of load for so many seconds, on the core of the bench. Throws when it could not do its work. */
export async function runLoad<Result>(
  { load, core }: Ground,
  schema: z.ZodType<Result>,
  seconds: number,
  args: readonly string[],
): Promise<Result> {
  const command = ['--cpu-list', String(core), load, ...args, '--seconds', String(seconds)];
  const output = await run('taskset', command, { timeoutMilliseconds: Math.ceil(seconds + graceSeconds) * 1000 });
  return schema.parse(JSON.parse(output));
}

/** Starts a load and kills it after so many seconds: its connections end wherever they are. */
export async function abandonLoad({ load, core }: Ground, seconds: number, args: readonly string[]): Promise<void> {
  const command = ['--cpu-list', String(core), load, ...args, '--seconds', String(seconds * 2)];
  const child = spawn('taskset', command, { stdio: 'ignore', timeout: seconds * 1000, killSignal: 'SIGKILL' });
  await once(child, 'exit');
  if (child.signalCode !== 'SIGKILL') throw new Error(`${args.join(' ')} ended before it was killed`);
}

/** Opens so many sessions, uses each once, and keeps them open while `work` runs. */
export async function holdSessions<Result>(
  { load, core }: Ground,
  port: number,
  protocol: 'http' | 'echo',
  connections: number,
  work: () => Promise<Result>,
): Promise<Result> {
  const args = ['hold', '--port', String(port), '--protocol', protocol, '--connections', String(connections)];
  const child = spawn('taskset', ['--cpu-list', String(core), load, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const lines = createInterface(child.stdout);
  try {
    const line: unknown = await Promise.race([once(lines, 'line').then(([text]) => text), ended.then(() => undefined)]);
    if (typeof line !== 'string') throw new Error(`${args.join(' ')} ended before its sessions were open`);
    return await work();
  } finally {
    child.stdin.end();
    await ended;
  }
}

/** A process that stands for one or several gateways. */
export interface Backend {
  readonly process: DaemonChild;
  readonly gateways: readonly Ports[];
}

/** Starts a process for so many gateways, or for given ones that ended, and waits until it accepts. */
export async function startBackend(
  ground: Ground,
  gateways: number | readonly Ports[],
  onEnd: OnEnd,
): Promise<Backend> {
  const all = typeof gateways === 'number' ? await freeGateways(gateways) : gateways;
  const list = (service: keyof Ports): string => all.map((ports) => ports[service]).join(',');
  const args = ['backend', '--http', list('http'), '--echo', list('echo'), '--sink', list('sink')];
  const child = startPinned(ground, `backend-${all[0]?.http ?? 0}`, ground.load, args);
  onEnd(async () => child.stop(0));
  for (const { http, echo, sink } of all) {
    for (const port of [http, echo, sink]) await until(`port ${port} of a backend`, 5000, async () => accepts(port));
  }
  return { process: child, gateways: all };
}

async function freeGateways(count: number): Promise<Ports[]> {
  const ports = await freePorts(count * 3);
  return Array.from({ length: count }, (_, index) => {
    const [http = 0, echo = 0, sink = 0] = ports.slice(index * 3, index * 3 + 3);
    return { http, echo, sink };
  });
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } finally {
    socket.destroy();
  }
}
