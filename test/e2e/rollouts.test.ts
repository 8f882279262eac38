import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, eventuallySeen } from '../harness/eventually.ts';
import { notesOf } from '../harness/events.ts';
import { heldSessions, holdSessions } from '../harness/held-sessions.ts';
import { images, nextImages } from '../harness/images.ts';
import { kubectl } from '../harness/kubectl.ts';
import { operatorMetric } from '../harness/operator-metrics.ts';
import { podsOfPool } from '../harness/pods.ts';
import { conditionOf, getPool, isReady, patchPool, type Pool, waitForPool } from '../harness/pools.ts';
import { listSshSessions, openSshSessions } from '../harness/ssh-sessions.ts';
import {
  type Environment,
  operatorNamespace,
  prepareEnvironment,
  runBastionPool,
  runWebPool,
  setUpMilliseconds,
} from './environment.ts';

let environment: Environment;
const drainSeconds = 6;
const settings = {
  // Long enough for a kubelet on a busy machine to find out that there is no such image.
  rollout: { minReadySeconds: 1, progressDeadlineSeconds: 40 },
  drain: { deadlineSeconds: drainSeconds },
} as const;

const podsOf = (pool: string) => podsOfPool(environment.namespace, pool);
const uidsOf = async (pool: string) => (await podsOf(pool)).map(({ uid }) => uid);
const waitFor = (pool: string, what: string, seconds: number, holds: (seen: Pool) => boolean) =>
  waitForPool(environment.namespace, pool, what, seconds, holds);
const isRolledOut = (seen: Pool) => seen.status.updatedInstances === 2 && isReady(seen);

beforeAll(async () => {
  environment = await prepareEnvironment('rollouts');
  await Promise.all([runBastionPool(environment, 'bastion', 2, settings), runWebPool(environment, 'web', 2, settings)]);
}, setUpMilliseconds);

afterAll(async () => {
  await environment.dispose();
}, 60_000);

describe('an image that does not exist', () => {
  const missing = 'gatewaypool.test/gateway-web:missing';

  it('reaches one instance, which goes back; the conditions quote the reason of its pod', async () => {
    const before = await podsOf('web');

    await patchPool(environment.namespace, 'web', { image: missing });
    const tried = await eventually('one instance tries it', 30, async () => {
      return (await podsOf('web')).find(({ image }) => image === missing);
    });
    const stopped = await waitFor('web', 'the rollout stops', 100, (seen) => {
      return conditionOf(seen, 'RollingOut')?.reason === 'RevisionFailed' && seen.status.readyInstances === 2;
    });

    expect(conditionOf(stopped, 'Stalled')).toMatchObject({ status: 'True', reason: 'RevisionFailed' });
    for (const type of ['RollingOut', 'Stalled']) {
      expect(conditionOf(stopped, type)?.message).toMatch(
        new RegExp(`${tried.slot}.*(ErrImagePull|ImagePullBackOff)`, 's'),
      );
    }
    const after = await podsOf('web');
    expect(after.map(({ image }) => image)).toEqual([images.web, images.web]);
    const untouched = before.filter(({ slot }) => slot !== tried.slot);
    expect(after.filter(({ slot }) => slot !== tried.slot).map(({ uid }) => uid)).toEqual(
      untouched.map(({ uid }) => uid),
    );
  }, 180_000);

  it('is forgotten when the image is put right', async () => {
    await patchPool(environment.namespace, 'web', { image: images.web });

    const seen = await waitFor('web', 'all is well', 60, isRolledOut);
    expect(conditionOf(seen, 'Stalled')?.status).toBe('False');
  }, 80_000);
});

describe('a rollout with a drain deadline', () => {
  it('cuts what is left at the deadline, says how many, and counts them', async () => {
    const { client, namespace } = environment;
    const cutBefore = await cutSessions();
    const sockets = await holdSessions(client, 'sockets', { kind: 'WebSocket', url: 'ws://web/ws', count: 2 });
    await openSshSessions(client, { host: 'bastion', port: 22, prefix: 'people', count: 2 });

    const started = Date.now();
    await Promise.all([
      patchPool(namespace, 'web', { image: nextImages.web, rollout: { policy: 'Rolling' } }),
      patchPool(namespace, 'bastion', { image: nextImages.ssh, rollout: { policy: 'Rolling' } }),
    ]);
    const ended = await eventually('all four sessions ended', 90, async () => {
      const [webSockets, people] = [await heldSessions(sockets), await listSshSessions(client, 'people')];
      const allEnded = webSockets.every((session) => session.ended !== null) && people.every(({ alive }) => !alive);
      return allEnded && webSockets;
    });
    await Promise.all([waitFor('web', 'new', 60, isRolledOut), waitFor('bastion', 'new', 60, isRolledOut)]);

    expect(ended.map((session) => session.ended)).toEqual(['close 1001', 'close 1001']);
    const [firstCut = 0] = ended.map(({ endedAt }) => ((endedAt ?? 0) - started) / 1000).sort((a, b) => a - b);
    process.stderr.write(
      `drain deadline ${drainSeconds} s: the first WebSocket was closed after ${firstCut.toFixed(1)} s\n`,
    );
    expect(firstCut).toBeGreaterThanOrEqual(drainSeconds);
    // From the edit to the order, and from the order over the deadline to the end, are some requests each. Without a deadline nobody would be cut.
    expect(firstCut).toBeLessThanOrEqual(drainSeconds + 20);
    const told = await eventually('Events about four sessions', 20, async () => {
      const notes = await notesOf(namespace, 'SessionsCut');
      return numbersIn(notes) >= 4 && notes;
    });
    process.stderr.write(`${told.join('\n')}\n`);
    expect(numbersIn(told)).toBe(4);
    expect((await cutSessions()) - cutBefore).toBe(4);
  }, 180_000);
});

describe('an instance that is asked to start anew', () => {
  it('does so once when a user restarts its Deployment, and the operator leaves that alone', async () => {
    const before = await uidsOf('web');

    await kubectl(['rollout', 'restart', 'deployment/web-1', '-n', environment.namespace]);

    await eventuallySeen(
      'web-1 has a new pod',
      60,
      () => podsOf('web'),
      (now) => {
        return now.length === 2 && now[1]?.gatewayRuns === true && now[1].uid !== before[1];
      },
    );
    const seen = await waitFor('web', 'Ready', 60, isReady);
    const after = await uidsOf('web');
    await sleep(3000);
    expect(await uidsOf('web')).toEqual(after);
    expect(after[0]).toBe(before[0]);
    expect(seen.status.updatedInstances).toBe(2);
  }, 180_000);

  it('is followed by all others when the pool has the restart annotation', async () => {
    const before = await uidsOf('bastion');

    const restart = `pam.gatewaypool.io/restart=${new Date().toISOString()}`;
    await kubectl(['annotate', 'gwp/bastion', '-n', environment.namespace, restart]);

    await waitFor('bastion', 'rolling out', 20, (seen) => conditionOf(seen, 'RollingOut')?.status === 'True');
    await waitFor('bastion', 'new', 90, isRolledOut);
    const after = await uidsOf('bastion');
    expect(after.filter((uid) => before.includes(uid))).toEqual([]);
    expect(await getPool(environment.namespace, 'bastion')).toMatchObject({ status: { readyInstances: 2 } });
  }, 120_000);
});

const cutSessions = () => operatorMetric(operatorNamespace, 'gatewaypool_sessions_cut_total', environment.namespace);

/** What `1 of its own and 2 of other instances that entered through it` comes to, over all Events. */
const numbersIn = (notes: readonly string[]) =>
  notes
    .flatMap((note) => [...note.matchAll(/(\d+) of (?:its own|other instances)/g)])
    .reduce((sum, [, count]) => sum + Number(count), 0);
