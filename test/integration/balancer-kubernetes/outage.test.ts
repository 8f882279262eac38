import { afterEach, describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { until, untilSeen } from '../../cluster/until.ts';
import type { Sidecar, TestPod } from './sidecar.ts';
import { untilHeld, untilReady, untilStarted } from './sidecar.ts';
import { everySlot, stage } from './stage.ts';
import type { TestPool } from './test-pool.ts';

const testTimeoutMilliseconds = 180_000;
const here = stage(19_200);

afterEach(async () => {
  await here.controlPlane.startApiServer();
}, testTimeoutMilliseconds);

const podOf = (slot: string, host: number): TestPod => ({ slot, uid: `uid-${slot}`, address: `198.51.100.${host}` });
const mine = podOf('prod-0', 101);
const second = podOf('prod-1', 102);
const third = podOf('prod-2', 103);
const both = [mine, second] as const;

async function restart(pool: TestPool, sidecar: Sidecar): Promise<Sidecar> {
  await sidecar.end('SIGKILL');
  return here.start(pool, sidecar.pod);
}

/** Which gateways new sessions reach, sorted. */
async function reached(count: number): Promise<string[]> {
  const found: string[] = [];
  for (let index = 0; index < count; index++) found.push((await here.connect()).gateway);
  return found.toSorted();
}

/** What a crash right after a change loses is what was not saved yet. */
async function untilSaved(pool: TestPool, text: string): Promise<void> {
  const path = join(pool.folder, mine.uid, 'last-state.json');
  await untilSeen(
    'the state to be saved',
    30_000,
    () => readFile(path, 'utf8'),
    (seen) => seen.includes(text),
  );
}

const bothTwice = ['127.0.51.101', '127.0.51.101', '127.0.51.102', '127.0.51.102'];

describe('while the API server is away', () => {
  it(
    'a running sidecar serves old and new sessions, a held one waits, and both follow the pool afterwards',
    async () => {
      const { pool, sidecar } = await here.runningPool('away', both);
      const heldPod = podOf('prod-2', 103);
      await pool.writeGate({ ...everySlot, generation: 2, slots: ['prod-0', 'prod-1'] });
      const held = await here.start(pool, heldPod);
      await pool.writePods([{ pod: mine, ready: true }, { pod: second, ready: true }, { pod: heldPod }]);
      await untilHeld(held, 'StartGate', 2);
      const before = await here.connect();

      await here.controlPlane.stopApiServer('SIGKILL');
      const unavailable = await untilHeld(held, 'ApiUnavailable', null);
      const during = await reached(4);
      const echoed = await before.echo('still here');
      const ready = await sidecar.ask('/ready');
      await here.controlPlane.startApiServer();
      await pool.writeGate({ ...everySlot, generation: 3 });
      await untilStarted(held, 45_000);
      await pool.writePods([
        { pod: mine, ready: true },
        { pod: heldPod, ready: true },
      ]);
      await untilSeen(
        'the new pod to get work',
        45_000,
        () => here.connect(),
        (seen) => seen.gateway === '127.0.51.103',
      );

      expect(unavailable.message).toMatch(/ECONNREFUSED|refused|Connection/i);
      expect(during).toEqual(bothTwice);
      expect(echoed).toBe('still here');
      expect(ready.status).toBe(200);
      expect(await before.echo('and still')).toBe('and still');
    },
    testTimeoutMilliseconds,
  );

  it(
    'a sidecar that restarts passes at once by its marker, and serves by what it knew',
    async () => {
      const { pool, sidecar } = await here.runningPool('restart', both);
      await pool.writePods([
        { pod: mine, ready: true },
        { pod: second, ready: true },
        { pod: third, ready: false },
      ]);
      await untilSaved(pool, 'prod-2');
      await here.controlPlane.stopApiServer('SIGKILL');

      const again = await restart(pool, sidecar);
      await untilStarted(again);
      await untilReady(again);
      const during = await reached(4);
      await here.controlPlane.startApiServer();
      await pool.writePods([{ pod: second, ready: true }]);
      await until('prod-0 to get no more work', 45_000, async () => {
        return (await reached(4)).every((gateway) => gateway === '127.0.51.102');
      });

      expect(during).toEqual(bothTwice);
      expect(again.log.map((line) => line.msg)).toContain('Found the seat taken before: the gateway may run on');
    },
    testTimeoutMilliseconds,
  );
});

describe('when the API server answers, but wrongly', () => {
  it(
    'a sidecar without rights goes on, also after a restart',
    async () => {
      const { pool, sidecar } = await here.runningPool('forbidden', both);
      const before = await here.connect();
      await untilSaved(pool, 'prod-1');
      await pool.grant(false);

      const again = await restart(pool, sidecar);
      await untilStarted(again);
      await untilReady(again);
      await until('the watch to be refused', 30_000, () => again.log.some((line) => line.msg === 'Watch failed'));

      expect(await reached(4)).toEqual(bothTwice);
      await expect(before.echo('cut by the restart')).rejects.toThrow('cut');
    },
    testTimeoutMilliseconds,
  );

  it(
    'deleted EndpointSlices end no session and no service',
    async () => {
      const { pool, sidecar } = await here.runningPool('no-slices', both);
      const before = await here.connect();

      await pool.deletePods();
      await until('the sidecar to see it', 30_000, () =>
        sidecar.log.some((line) => line.msg.startsWith('EndpointSlices of the pool are gone')),
      );

      expect(await before.echo('still here')).toBe('still here');
      expect(await reached(4)).toEqual(bothTwice);
    },
    testTimeoutMilliseconds,
  );

  it(
    'bad settings are refused with line, column and field; the old ones stay in force until better ones come',
    async () => {
      const { pool, sidecar } = await here.runningPool('bad-settings', both);
      const before = await here.connect();
      const refusals = () => sidecar.log.filter((line) => line.msg.startsWith('Refused the settings'));

      await pool.writeSettings(here.settings('limits: {maxConnections: 0}'));
      await until('the refusal', 30_000, () => refusals().length > 0);
      const during = await reached(4);
      const { body: metrics } = await sidecar.ask('/metrics');
      await pool.writeSettings(here.settings('limits: {maxConnections: 5}'));
      await until('the new limit to hold', 30_000, async () => {
        // Five sessions are open already: the next one is closed without a word.
        return here.connect().then(
          () => false,
          () => true,
        );
      });

      expect(refusals()[0]?.['problem']).toMatch(/^balancer\.yaml:3:\d+: limits\.maxConnections: /);
      expect(during).toEqual(bothTwice);
      expect(metrics).toContain('gatewaypool_balancer_config_refused_total 1\n');
      expect(await before.echo('still here')).toBe('still here');
    },
    testTimeoutMilliseconds,
  );
});

describe('the end of a sidecar', () => {
  it(
    'waits for its last session, and accepts no new one',
    async () => {
      const { sidecar } = await here.runningPool('end', both);
      const session = await here.connect();

      const ended = sidecar.end('SIGTERM');
      await until('new sessions to be refused', 30_000, async () => {
        return here.connect().then(
          () => false,
          () => true,
        );
      });
      const echoed = await session.echo('last words');
      const { sessions: own, transit, ending } = await sidecar.sessions();
      for (const one of here.sessions) one.close();

      expect(echoed).toBe('last words');
      // The rotation starts anywhere: the session may be with the gateway beside, or with the other one.
      expect((own ?? 0) + transit).toBeGreaterThanOrEqual(1);
      expect(ending).toBe(true);
      expect(await ended).toBe(0);
    },
    testTimeoutMilliseconds,
  );
});
