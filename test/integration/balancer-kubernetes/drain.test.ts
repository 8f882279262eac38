import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { balancerContainer } from '../../../src/operator/render/balancer-container.ts';
import { until, untilSeen } from '../../cluster/until.ts';
import { renderedPool } from '../../operator/render/rendered-pool.ts';
import type { Session } from './gateway.ts';
import { loopbackOf } from './loopback-network.ts';
import { adminPort, type Sidecar, type TestPod, untilReady, untilStarted } from './sidecar.ts';
import { stage } from './stage.ts';
import type { TestPool } from './test-pool.ts';

const testTimeoutMilliseconds = 180_000;
const here = stage(19_100);

const podOf = (slot: string, host: number): TestPod => ({ slot, uid: `uid-${slot}`, address: `198.51.100.${host}` });
const mine = podOf('prod-0', 121);
const second = podOf('prod-1', 122);
const both = [mine, second] as const;
const mineAt = loopbackOf(mine.address);
const secondAt = loopbackOf(second.address);

async function start(pool: TestPool, deadlineSeconds?: number): Promise<Sidecar> {
  const sidecar = await here.start(pool, mine, deadlineSeconds);
  await untilStarted(sidecar);
  await untilReady(sidecar);
  return sidecar;
}

const deletePod = (pool: TestPool) =>
  pool.writePods([
    { pod: mine, serving: true, terminating: true },
    { pod: second, ready: true },
  ]);

/** Connects until a session is with this gateway. */
async function connectTo(gateway: string): Promise<Session> {
  return until(`a session with ${gateway}`, 30_000, async () => {
    const session = await here.connect();
    return session.gateway === gateway && session;
  });
}

function closeAllBut(...kept: readonly Session[]): void {
  for (const session of here.sessions) if (!kept.includes(session)) session.close();
}

/** Which gateways four new sessions reach. */
async function reached(): Promise<string[]> {
  const found = await Promise.all(Array.from({ length: 4 }, () => here.connect()));
  return [...new Set(found.map(({ gateway }) => gateway))].toSorted();
}

/** What the kubelet runs in the sidecar's container when the pod begins to end, in the folder of this one. */
async function runHook({ stateFolder }: Sidecar): Promise<void> {
  const { lifecycle } = balancerContainer(renderedPool(), mine.slot, 'image');
  const [, ...args] = lifecycle?.preStop?.exec?.command ?? [];
  await promisify(execFile)(
    process.execPath,
    args.map((arg) => arg.replace('/var/lib/gatewaypool', stateFolder)),
  );
}

/** What the kubelet asks before it stops the gateway. */
function askDrained(): { answered: () => boolean; answer: Promise<number> } {
  let answered = false;
  const answer = fetch(`http://${mineAt}:${adminPort}/drained`).then(
    ({ status }) => {
      answered = true;
      return status;
    },
    () => 0,
  );
  return { answered: () => answered, answer };
}

describe('a drain by order', () => {
  it(
    'sends new sessions elsewhere and takes the readiness away, until it is taken back',
    async () => {
      const { pool, sidecar } = await here.runningPool('ordered', both);
      const before = await connectTo(mineAt);

      await pool.writeDrains(`draining: [{slot: prod-0, podUid: ${mine.uid}, deadlineSeconds: 600}]`);
      await untilReady(sidecar, 503);
      const report = await sidecar.sessions();
      const during = await reached();
      const echoed = await before.echo('still here');
      await pool.writeDrains('poolGeneration: 3\ndraining: []\n');
      await untilReady(sidecar, 200);

      expect(report).toMatchObject({
        draining: true,
        ending: false,
        drain: { cause: 'Ordered', deadlineReached: false },
        knownDrains: [mine.uid],
      });
      expect(during).toEqual([secondAt]);
      expect(echoed).toBe('still here');
      expect(await sidecar.sessions()).toMatchObject({ draining: false, drain: null, knownDrains: [] });
      expect(await reached()).toEqual([mineAt, secondAt]);
    },
    testTimeoutMilliseconds,
  );

  it(
    'of another pod is obeyed by its UID, by a restarted sidecar as well',
    async () => {
      const { pool, sidecar } = await here.runningPool('other', both);

      await pool.writeDrains(`draining: [{slot: prod-1, podUid: ${second.uid}, deadlineSeconds: null}]`);
      await untilSeen(
        'the order to be known',
        30_000,
        () => sidecar.sessions(),
        (seen) => seen.knownDrains.length > 0,
      );
      const during = await reached();
      await pool.writeDrains('draining: yes');
      await until('the refusal', 30_000, () => sidecar.log.some(({ msg }) => msg.startsWith('Refused the list')));
      const afterNonsense = await reached();
      const state = join(sidecar.stateFolder, 'last-state.json');
      await untilSeen(
        'the order to be saved',
        30_000,
        () => readFile(state, 'utf8'),
        (seen) => seen.includes('drains'),
      );
      await sidecar.end('SIGKILL');
      const again = await start(pool);

      expect([during, afterNonsense]).toEqual([[mineAt], [mineAt]]);
      expect(await again.sessions()).toMatchObject({ draining: false, knownDrains: [second.uid] });
      expect(await reached()).toEqual([mineAt]);
    },
    testTimeoutMilliseconds,
  );
});

describe('the end of a pod', () => {
  it(
    'holds the gateway until its sessions and those that run through its pod are over; then the sidecar goes, too',
    async () => {
      const { pool, sidecar } = await here.runningPool('end-of-pod', both);
      const own = await connectTo(mineAt);
      const through = await connectTo(secondAt);
      closeAllBut(own, through);

      const drained = askDrained();
      await runHook(sidecar);
      await untilSeen(
        'the drain',
        30_000,
        () => sidecar.sessions(),
        (seen) => seen.drain?.cause === 'PodEnding',
      );
      await deletePod(pool);
      const newOnes = await reached();
      const ready = await sidecar.ask('/ready');
      closeAllBut(own);
      await untilSeen(
        'the transit to end',
        30_000,
        () => sidecar.sessions(),
        (seen) => seen.transit === 0,
      );
      const echoed = await own.echo('still here');
      const early = drained.answered();
      closeAllBut();
      const status = await drained.answer;
      const ended = sidecar.end('SIGTERM');

      expect(newOnes).toEqual([secondAt]);
      expect([ready.status, echoed, early, status]).toEqual([200, 'still here', false, 200]);
      expect(await ended).toBe(0);
      expect(sidecar.log.map(({ msg }) => msg)).not.toContainEqual(expect.stringContaining('Cut'));
      await expect(readFile(sidecar.terminationLog)).rejects.toThrow('ENOENT');
    },
    testTimeoutMilliseconds,
  );

  it(
    'cuts and counts what is left at the deadline',
    async () => {
      const { sidecar } = await here.runningPool('deadline', both, 4);
      const own = await connectTo(mineAt);
      const through = await connectTo(secondAt);
      closeAllBut(own, through);
      await until('the others to end', 30_000, async () => {
        const { sessions: count, transit } = await sidecar.sessions();
        return count === 1 && transit === 1;
      });

      const drained = askDrained();
      await runHook(sidecar);
      const startedAt = performance.now();
      const status = await drained.answer;
      const seconds = (performance.now() - startedAt) / 1000;

      await expect(own.echo('cut')).rejects.toThrow(/cut|ECONNRESET/);
      await expect(through.echo('cut')).rejects.toThrow(/cut|ECONNRESET/);
      expect(status).toBe(200);
      expect(seconds).toBeGreaterThan(3);
      expect(seconds).toBeLessThan(30);
      expect(JSON.parse(await readFile(sidecar.terminationLog, 'utf8'))).toEqual({ sessionsCut: 1, transitCut: 1 });
      const { body: metrics } = await sidecar.ask('/metrics');
      expect(metrics).toContain('gatewaypool_balancer_sessions_cut_total{kind="own"} 1\n');
      expect(metrics).toContain('gatewaypool_balancer_sessions_cut_total{kind="transit"} 1\n');
      expect(metrics).toContain('gatewaypool_balancer_draining{cause="PodEnding"} 1\n');
    },
    testTimeoutMilliseconds,
  );

  it(
    'has its deadline from the beginning, however often the sidecar is killed',
    async () => {
      const { pool, sidecar } = await here.runningPool('killed', both, 600);
      await deletePod(pool);
      await until('the drain', 30_000, async () => (await sidecar.sessions()).draining);
      await until('a few seconds to pass', 30_000, async () => {
        return ((await sidecar.sessions()).drain?.remainingSeconds ?? 600) <= 597;
      });
      await sidecar.end('SIGKILL');

      const again = await start(pool, 600);

      const { drain } = await again.sessions();
      expect(drain?.cause).toBe('PodEnding');
      expect(drain?.remainingSeconds).toBeLessThanOrEqual(597);
    },
    testTimeoutMilliseconds,
  );

  it(
    'is not seen in the restart of a gateway: the kubelet gets its answer after 5 s',
    async () => {
      await here.runningPool('restart', both);
      const own = await connectTo(mineAt);
      const startedAt = performance.now();

      const status = await askDrained().answer;

      const seconds = (performance.now() - startedAt) / 1000;
      expect(status).toBe(200);
      expect(seconds).toBeGreaterThan(4.5);
      expect(seconds).toBeLessThan(15);
      expect(await own.echo('still here')).toBe('still here');
    },
    testTimeoutMilliseconds,
  );
});
