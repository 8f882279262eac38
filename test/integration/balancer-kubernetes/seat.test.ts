import { describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { until, untilSeen } from '../../cluster/until.ts';
import type { Sidecar, TestPod } from './sidecar.ts';
import { untilHeld, untilStarted } from './sidecar.ts';
import { stage } from './stage.ts';
import { createTestPool } from './test-pool.ts';

const testTimeoutMilliseconds = 180_000;

const here = stage(19_300);

const podOf = (uid: string, host: number, slot = 'prod-0'): TestPod => ({ slot, uid, address: `198.51.100.${host}` });

const openGate = { generation: 1, maxInstances: 1, mode: 'SelfHeal', slots: ['prod-0'] };
const messagesOf = (sidecar: Sidecar): string[] =>
  sidecar.log.map((line) => line.msg).filter((message) => message.startsWith('Held') || message.includes('seat'));

describe('a sidecar in a pool', () => {
  it(
    'holds its gateway until it is listed, its slot is free and the gate grants, and says at each step why',
    async () => {
      const pool = await createTestPool(here.controlPlane, 'steps');
      const mine = podOf('uid-b', 1);
      const other = podOf('uid-a', 2);

      const sidecar = await here.start(pool, mine);
      await untilHeld(sidecar, 'EndpointMissing', null);
      await pool.writePods([{ pod: other, ready: true }, { pod: mine }]);
      const occupied = await untilHeld(sidecar, 'SlotOccupied', null);
      await pool.writePods([{ pod: other, serving: true, terminating: true }, { pod: mine }]);
      await until('the reason to change', 30_000, async () => {
        return (await sidecar.sessions()).held?.message.includes('is still ending') === true;
      });
      await pool.writePods([{ pod: mine }]);
      await untilHeld(sidecar, 'StartGate', null);
      await pool.writeGate({ ...openGate, slots: [] });
      const refused = await untilHeld(sidecar, 'StartGate', 1);
      const probe = await sidecar.ask('/started');
      await pool.writeGate({ ...openGate, generation: 2 });
      await untilStarted(sidecar);

      expect(occupied.waitsFor).toEqual(['uid-a']);
      expect(refused.message).toBe('slot prod-0 holds no seat under maxInstances 1');
      expect(probe).toEqual({ status: 503, body: `The gateway is held: ${refused.message}\n` });
      expect((await sidecar.sessions()).held).toBeNull();
      expect(await readFile(join(pool.folder, 'uid-b', 'seat'), 'utf8')).toBe('uid-b\n');
      // Before these it may have said that it has not read the EndpointSlices yet.
      expect(messagesOf(sidecar).slice(-6)).toEqual([
        'Held the gateway back: this pod is not in the EndpointSlices of the pool yet',
        'Held the gateway back: slot prod-0 is occupied by pod prod-0-uid-a (is there already)',
        'Held the gateway back: slot prod-0 is occupied by pod prod-0-uid-a (is still ending)',
        'Held the gateway back: ConfigMap prod-seats does not exist yet; the operator writes it',
        'Held the gateway back: slot prod-0 holds no seat under maxInstances 1',
        'Took the seat: the gateway may start',
      ]);
    },
    testTimeoutMilliseconds,
  );

  it(
    'lets nobody start in Hold but the pods that are listed',
    async () => {
      const pool = await createTestPool(here.controlPlane, 'hold');
      const first = podOf('uid-a', 11, 'prod-0');
      const second = podOf('uid-b', 12, 'prod-1');
      await pool.writePods([{ pod: first }, { pod: second }]);
      await pool.writeGate({
        ...openGate,
        generation: 4,
        mode: 'Hold',
        slots: ['prod-0', 'prod-1'],
        seated: [second.uid],
      });

      const [held, listed] = await Promise.all([here.start(pool, first), here.start(pool, second)]);
      await untilStarted(listed);
      await untilHeld(held, 'StartGate', 4);
      await pool.writeGate({ ...openGate, generation: 5, slots: ['prod-0', 'prod-1'] });
      await untilStarted(held);

      expect(messagesOf(held).at(-1)).toBe('Took the seat: the gateway may start');
    },
    testTimeoutMilliseconds,
  );

  it(
    'waits while the gate says nonsense, names the field, and starts once it is put right',
    async () => {
      const pool = await createTestPool(here.controlPlane, 'nonsense');
      const mine = podOf('uid-a', 21);
      await pool.writePods([{ pod: mine }]);
      await pool.writeGate({ ...openGate, mode: 'Maybe' });

      const sidecar = await here.start(pool, mine);
      const held = await untilHeld(sidecar, 'StartGate', null);
      await pool.writeGate(openGate);
      await untilStarted(sidecar);

      expect(held.message).toContain('seats.yaml: mode: must be one of "SelfHeal", "Hold"');
    },
    testTimeoutMilliseconds,
  );

  it(
    'waits without rights, and starts when it gets them',
    async () => {
      const pool = await createTestPool(here.controlPlane, 'rights');
      const mine = podOf('uid-a', 31);
      await pool.writePods([{ pod: mine }]);
      await pool.writeGate(openGate);
      await pool.grant(false);

      const sidecar = await here.start(pool, mine);
      const held = await untilHeld(sidecar, 'ApiUnavailable', null);
      await until('the watch to be refused', 30_000, () => sidecar.log.some((line) => line.msg === 'Watch failed'));
      await pool.grant(true);
      await untilStarted(sidecar, 60_000);

      expect(held.message).toMatch(/EndpointSlices of the pool have not been read yet|403/);
    },
    testTimeoutMilliseconds,
  );

  it(
    'is one of five in a slot that starts, and the next one follows when that is gone',
    async () => {
      const pool = await createTestPool(here.controlPlane, 'five');
      const pods = ['uid-d', 'uid-b', 'uid-e', 'uid-a', 'uid-c'].map((uid, index) => podOf(uid, 41 + index));
      await pool.writePods(pods.map((pod) => ({ pod })));
      await pool.writeGate(openGate);
      let running = await Promise.all(pods.map((pod) => here.start(pool, pod)));
      const startedOf = async (): Promise<string[]> => {
        const answers = await Promise.all(running.map((sidecar) => sidecar.ask('/started')));
        return running.filter((_, index) => answers[index]?.status === 200).map((sidecar) => sidecar.pod.uid);
      };

      await untilSeen(
        'one to start',
        45_000,
        () => startedOf(),
        (seen) => seen.length > 0,
      );
      const others = running.filter((sidecar) => sidecar.pod.uid !== 'uid-a');
      for (const sidecar of others) await untilHeld(sidecar, 'SlotOccupied', 1);
      const first = await startedOf();
      await running.find((sidecar) => sidecar.pod.uid === 'uid-a')?.end('SIGKILL');
      running = others;
      await pool.writePods(others.map(({ pod }) => ({ pod })));
      await untilSeen(
        'the next one to start',
        45_000,
        () => startedOf(),
        (seen) => seen.length > 0,
      );

      expect(first).toEqual(['uid-a']);
      expect(await startedOf()).toEqual(['uid-b']);
    },
    testTimeoutMilliseconds,
  );
});
