import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { KubeClient } from '../../../src/kube/client.ts';
import { LeaseLostError } from '../../../src/kube/leader/fence.ts';
import { holderOf, type Lease, leaseType } from '../../../src/kube/leader/lease.ts';
import { type ControlPlane, controlPlaneTimeoutMilliseconds, startControlPlane } from '../../cluster/control-plane.ts';
import { until } from '../../cluster/until.ts';
import { connect } from '../connect.ts';
import { type Elector, shortDurations, startElector } from './elector.ts';

const testMilliseconds = 60_000;

describe('leader election against a real API server', () => {
  let controlPlane: ControlPlane;
  let client: KubeClient;
  let close = (): void => {};
  const electors: Elector[] = [];

  const elect = (...args: Parameters<typeof startElector> extends [KubeClient, infer O] ? [O] : never): Elector => {
    const elector = startElector(client, ...args);
    electors.push(elector);
    return elector;
  };
  const read = (name: string): Promise<Lease> => client.get<Lease>(leaseType, { namespace: 'default', name });
  const toLead = (elector: Elector): Promise<boolean> => until('it to lead', 30_000, () => elector.leading, 10);
  /** Waits for so many renewals of the lease, which takes as long as they do. */
  const renewals = async (name: string, count: number): Promise<void> => {
    const seen = new Set<string | undefined>();
    await until(`${count} renewals`, 30_000, async () => seen.add((await read(name)).spec?.renewTime).size > count);
  };

  beforeAll(async () => {
    controlPlane = await startControlPlane({ controllerManager: false });
    ({ client, close } = await connect(controlPlane.kubeconfigPath, 'election-test'));
  }, controlPlaneTimeoutMilliseconds);

  afterEach(async () => {
    for (const elector of electors) {
      elector.stop();
      elector.finishWork();
    }
    await Promise.all(electors.splice(0).map((elector) => elector.ended));
  });

  afterAll(async () => {
    close();
    await controlPlane.stop();
  });

  it(
    'has one leader of two, and the other one as soon as the first gives the lease back',
    async () => {
      const first = elect({ name: 'hand-over', identity: 'first' });
      await toLead(first);
      const second = elect({ name: 'hand-over', identity: 'second' });
      await renewals('hand-over', 3);
      const whileFirst = { second: second.leading, lease: (await read('hand-over')).spec };

      first.stop();
      await first.ended;
      const endedAt = performance.now();
      await toLead(second);

      expect(performance.now() - endedAt).toBeLessThan(shortDurations.leaseMilliseconds);
      expect(whileFirst).toMatchObject({ second: false, lease: { holderIdentity: 'first', leaseTransitions: 0 } });
      expect((await read('hand-over')).spec).toMatchObject({
        holderIdentity: 'second',
        leaseDurationSeconds: 3,
        leaseTransitions: 1,
        renewTime: expect.stringMatching(/\.\d{6}Z$/),
      });
      expect(() => first.fence.assertHeld()).toThrow(LeaseLostError);
      expect(() => second.fence.assertHeld()).not.toThrow();
    },
    testMilliseconds,
  );

  it(
    'keeps and renews the lease for as long as the work of a leader that was told to stop goes on',
    async () => {
      const first = elect({ name: 'draining', identity: 'first', holdWork: true });
      await toLead(first);
      const second = elect({ name: 'draining', identity: 'second' });

      first.stop();
      await renewals('draining', 16);
      const draining = { second: second.leading, holder: holderOf(await read('draining')) };
      expect(() => first.fence.assertHeld()).not.toThrow();
      first.finishWork();
      await toLead(second);

      expect(draining).toEqual({ second: false, holder: 'first' });
      expect(await first.ended).toBeUndefined();
    },
    testMilliseconds,
  );

  it.each([
    { name: 'ahead', offset: 3_600_000 },
    { name: 'behind', offset: -3_600_000 },
  ])(
    'does not mind a follower whose clock is an hour $name',
    async ({ name, offset }) => {
      const first = elect({ name: `skewed-${name}`, identity: 'first' });
      await toLead(first);
      const skewed = elect({ name: `skewed-${name}`, identity: 'skewed', wallClockOffsetMilliseconds: offset });

      await renewals(`skewed-${name}`, 16);
      const whileRenewed = skewed.leading;
      first.stop();
      await toLead(skewed);

      expect(whileRenewed).toBe(false);
    },
    testMilliseconds,
  );

  it(
    'takes a lease over from a holder that vanished, after its whole duration by the own clock',
    async () => {
      await client.create<Lease>(leaseType, {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { namespace: 'default', name: 'vanished' },
        spec: { holderIdentity: 'vanished', leaseDurationSeconds: 4, renewTime: '1999-01-01T00:00:00.000000Z' },
      });
      const startedAt = performance.now();

      await toLead(elect({ name: 'vanished', identity: 'heir' }));

      expect(performance.now() - startedAt).toBeGreaterThanOrEqual(4000);
    },
    testMilliseconds,
  );

  it(
    'gives the lease back when the work of the leader fails, and tells why it failed',
    async () => {
      const failure = new Error('no cache');

      const error = await elect({ name: 'failed', identity: 'first', failWork: failure }).ended;

      expect(error).toBe(failure);
      expect(holderOf(await read('failed'))).toBe('');
    },
    testMilliseconds,
  );

  it(
    'stops leading when somebody writes another holder into the lease, and does not overwrite it',
    async () => {
      const first = elect({ name: 'robbed', identity: 'first' });
      await toLead(first);

      await controlPlane.kubectl([
        'patch',
        'lease',
        'robbed',
        '--type=merge',
        '-p',
        '{"spec":{"holderIdentity":"robber"}}',
      ]);
      const error = await first.ended;

      expect(error).toBeInstanceOf(LeaseLostError);
      expect(error).toHaveProperty('message', 'Lost the lease default/robbed to robber');
      expect(holderOf(await read('robbed'))).toBe('robber');
      expect(() => first.fence.assertHeld()).toThrow(LeaseLostError);
    },
    testMilliseconds,
  );

  it(
    'leads on when somebody labels the lease',
    async () => {
      const first = elect({ name: 'labelled', identity: 'first' });
      await toLead(first);

      await controlPlane.kubectl(['label', 'lease', 'labelled', 'team=a']);
      await renewals('labelled', 12);

      expect(first.leading).toBe(true);
      expect((await read('labelled')).metadata.labels).toEqual({ team: 'a' });
    },
    testMilliseconds,
  );

  it(
    'has no second leader when the lease is deleted under the first',
    async () => {
      const first = elect({ name: 'deleted', identity: 'first' });
      await toLead(first);
      const second = elect({ name: 'deleted', identity: 'second' });
      await until('the follower to see the leader', 30_000, () =>
        second.lines.some(({ leader }) => leader === 'first'),
      );

      await controlPlane.kubectl(['delete', 'lease', 'deleted']);
      await until('the lease to be back', 30_000, async () => holderOf(await read('deleted')));
      await renewals('deleted', 4);

      expect([first.leading, second.leading]).toEqual([true, false]);
      expect(holderOf(await read('deleted'))).toBe('first');
    },
    testMilliseconds,
  );

  it(
    'stops leading on time when the API server is gone, and leads again when it is back',
    async () => {
      const first = elect({ name: 'outage', identity: 'first' });
      await toLead(first);
      await renewals('outage', 1);

      await controlPlane.stopApiServer('SIGKILL');
      const stoppedAt = performance.now();
      const error = await first.ended;
      const lostAfter = performance.now() - stoppedAt;
      const second = elect({ name: 'outage', identity: 'second' });
      await until('a failed try', 30_000, () => second.lines.some(({ level }) => level === 40));
      await controlPlane.startApiServer();
      await toLead(second);

      expect(error).toBeInstanceOf(LeaseLostError);
      expect(error).toHaveProperty('message', 'Could not renew the lease default/outage within 2 s');
      // Before another one may lead.
      expect(lostAfter).toBeLessThan(shortDurations.leaseMilliseconds);
      expect(lostAfter).toBeGreaterThan(
        shortDurations.renewDeadlineMilliseconds - shortDurations.retryMilliseconds - 500,
      );
    },
    testMilliseconds,
  );

  it(
    'survives an API server that is away for less than the renew deadline',
    async () => {
      const first = elect({ name: 'blink', identity: 'first' });
      await toLead(first);
      const second = elect({ name: 'blink', identity: 'second' });
      await renewals('blink', 1);

      for (const pid of controlPlane.pids()) process.kill(pid, 'SIGSTOP');
      await until('a renewal to be overdue', 30_000, () => first.fence.untilDeadlineMilliseconds() < 1300);
      for (const pid of controlPlane.pids()) process.kill(pid, 'SIGCONT');
      await renewals('blink', 4);

      expect([first.leading, second.leading]).toEqual([true, false]);
    },
    testMilliseconds,
  );
});
