import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import type { SessionsReport } from '../../../src/balancer/kubernetes/report.ts';
import { until, untilSeen } from '../../cluster/until.ts';
import { loopbackOf } from './loopback-network.ts';
import type { TestPool } from './test-pool.ts';

/** All sidecars of a test share the port, as pods do; each has an address of its own. */
export const adminPort = 19_590;

/** Who a sidecar believes to be. */
export interface TestPod {
  readonly slot: string;
  readonly uid: string;
  /** Of 198.51.100.0/24, which leads to loopback here. */
  readonly address: string;
}

/** A running sidecar process. */
export interface Sidecar {
  readonly pod: TestPod;
  readonly pid: number;
  /** The pod's emptyDir. */
  readonly stateFolder: string;
  /** Where the kubelet would look for a last word. */
  readonly terminationLog: string;
  /** Its log, one parsed line each. */
  readonly log: readonly { readonly msg: string; readonly [field: string]: unknown }[];
  /** Status and body of a path of its admin server; status 0 when it does not answer. */
  ask(path: string): Promise<{ status: number; body: string }>;
  sessions(): Promise<SessionsReport>;
  /** Ends the process and waits for its end; resolves to its exit code, null after a signal. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
}

const startMilliseconds = 60_000;

/**
 * Starts the sidecar of a pod, anew or once more: its state folder stays, as an emptyDir does. Resolves when it answers.
 *
 * @param deadlineSeconds how long the pod may take to end
 */
export async function startSidecar(pool: TestPool, pod: TestPod, deadlineSeconds = 3600): Promise<Sidecar> {
  const stateFolder = join(pool.folder, pod.uid);
  const terminationLog = join(pool.folder, `${pod.uid}-termination-log`);
  await mkdir(stateFolder, { recursive: true });
  const child = spawn(process.execPath, [join(import.meta.dirname, 'sidecar-process.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env['PATH'],
      KUBERNETES_SERVICE_HOST: new URL(pool.server).hostname,
      KUBERNETES_SERVICE_PORT: new URL(pool.server).port,
      POD_NAME: `${pod.slot}-${pod.uid}`,
      POD_UID: pod.uid,
      POD_NAMESPACE: pool.namespace,
      POD_IP: pod.address,
      POOL_NAME: pool.name,
      SLOT_NAME: pod.slot,
      DRAIN_DEADLINE_SECONDS: String(deadlineSeconds),
      SIDECAR: JSON.stringify({
        tokenFolder: pool.folder,
        stateFolder,
        terminationLog,
        adminAddress: loopbackOf(pod.address),
        adminPort,
      }),
    },
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('the sidecar did not start');

  const log: Sidecar['log'][number][] = [];
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) log.push(JSON.parse(line));
  });
  const ended = once(child, 'exit');

  const sidecar: Sidecar = {
    pod,
    pid,
    stateFolder,
    terminationLog,
    log,
    ask: (path) => ask(pod.address, path),
    sessions: async () => JSON.parse((await ask(pod.address, '/sessions')).body),
    end: async (signal) => {
      child.kill(signal);
      const [code] = await ended;
      return typeof code === 'number' ? code : null;
    },
  };
  await until(`the sidecar of ${pod.uid} to answer`, startMilliseconds, async () => {
    if (child.exitCode !== null) throw new Error(`it ended: ${JSON.stringify(log.at(-1))}`);
    return (await sidecar.ask('/live')).status === 200;
  });
  return sidecar;
}

/** Resolves when the sidecar let its gateway through. */
export async function untilStarted(sidecar: Sidecar, withinMilliseconds = 30_000): Promise<void> {
  await until(`${sidecar.pod.uid} to be let through`, withinMilliseconds, async () => {
    const answer = await sidecar.ask('/started');
    if (answer.status !== 200) throw new Error(`it answered ${answer.status} ${answer.body}${lastLines(sidecar)}`);
    return true;
  });
}

/** Resolves when `/ready` answers with this status. */
export async function untilReady(sidecar: Sidecar, status = 200): Promise<void> {
  await untilSeen(
    `/ready of ${sidecar.pod.uid} to say ${status}`,
    30_000,
    () => sidecar.ask('/ready'),
    (seen) => seen.status === status,
  );
}

/** Resolves when the sidecar says that it is held for this reason, by this generation of the gate. */
export async function untilHeld(
  sidecar: Sidecar,
  reason: string,
  seatsGeneration: number | null,
): Promise<NonNullable<SessionsReport['held']>> {
  return until(`${sidecar.pod.uid} to be held: ${reason}, ${seatsGeneration}`, 30_000, async () => {
    const { held } = await sidecar.sessions();
    if (held?.reason === reason && held.seatsGeneration === seatsGeneration) return held;
    throw new Error(`it said ${JSON.stringify(held)}${lastLines(sidecar)}`);
  });
}

function lastLines({ log }: Sidecar): string {
  return `; its log ends with:\n${log
    .slice(-5)
    .map(({ msg }) => msg)
    .join('\n')}`;
}

function ask(address: string, path: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve) => {
    const silent = (): void => resolve({ status: 0, body: '' });
    const request = get(
      { host: loopbackOf(address), port: adminPort, path, agent: false, timeout: 2000 },
      (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          body += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
        response.on('error', silent);
      },
    );
    request.on('timeout', () => request.destroy());
    request.on('error', silent);
  });
}
