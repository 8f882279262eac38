import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ControlPlane, controlPlaneTimeoutMilliseconds, startControlPlane } from '../../cluster/control-plane.ts';
import { until } from '../../cluster/until.ts';
import { openDamagedPath } from './damaged-path.ts';
import type { DamagedPath } from './damaged-path.ts';

const testTimeoutMilliseconds = 90_000;

describe.each([
  { name: 'an API server that begins watches with the objects', flags: [], kinds: ['InitialWatch'] },
  {
    name: 'an API server without that feature',
    flags: ['--feature-gates=WatchList=false'],
    kinds: ['InitialWatch', 'List', 'Watch'],
  },
])('a reflector on $name', ({ flags, kinds }) => {
  let controlPlane: ControlPlane;
  let path: DamagedPath;

  beforeAll(async () => {
    controlPlane = await startControlPlane({ controllerManager: false, apiServerFlags: flags });
    path = await openDamagedPath(controlPlane.kubeconfigPath);
  }, controlPlaneTimeoutMilliseconds);

  afterAll(async () => {
    await path.close();
    await controlPlane.stop();
  });

  it(
    'fills its cache with the requests that this server understands, and follows changes',
    async () => {
      await Promise.all(['one', 'two'].map((name) => path.create(name)));

      const recorded = path.watch();
      await path.untilEqual(recorded);
      await path.create('three');
      await path.change('one');
      await path.remove('two');
      await path.untilEqual(recorded);
      await recorded.stop();

      expect(path.proxy.requests.map(({ kind }) => kind)).toEqual(kinds);
      expect(recorded.events.slice(2)).toEqual(['Added three', 'Updated one', 'Deleted two']);
    },
    testTimeoutMilliseconds,
  );

  it(
    'holds no managed fields, and of Secrets only the metadata when told',
    async () => {
      await controlPlane.kubectl(['create', 'secret', 'generic', 'password', '--from-literal=value=hunter2']);
      const secrets = { group: '', version: 'v1', plural: 'secrets', kind: 'Secret', namespaced: true };

      const recorded = path.watch({ type: secrets, namespace: 'default', metadataOnly: true });
      await until('the first read', 30_000, () => recorded.reflector.hasSynced());
      const [secret] = recorded.store.list();
      await recorded.stop();

      expect(Object.keys(secret ?? {}).toSorted()).toEqual(['apiVersion', 'kind', 'metadata']);
      expect(secret).toMatchObject({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'password' } });
      expect(secret?.metadata).not.toHaveProperty('managedFields');
    },
    testTimeoutMilliseconds,
  );

  it(
    'finds nothing missed when it compares with a server that is being changed',
    async () => {
      const recorded = path.watch({ durations: { compareEveryMilliseconds: 100, compareSettleMilliseconds: 2000 } });
      await until('the first read', 30_000, () => recorded.reflector.hasSynced());
      const before = path.proxy.requests.length;

      for (let round = 0; round < 30; round++) {
        await path.create(`round-${round}`);
        await path.change('one');
        if (round > 0) await path.remove(`round-${round - 1}`);
      }
      await until('a few comparisons', 30_000, () => path.proxy.requests.length >= before + 5);
      await path.untilEqual(recorded);
      await recorded.stop();

      expect(recorded.reports).not.toContainEqual(expect.stringMatching(/^missed|Missed$/));
    },
    testTimeoutMilliseconds,
  );

  it(
    'gets bookmarks for a selector that matches nothing, so that others’ changes never make it read everything again',
    async () => {
      const recorded = path.watch({ labelSelector: 'matches=nothing', durations: { watchTimeoutSeconds: 3 } });
      await until('the first read', 30_000, () => recorded.reflector.hasSynced());
      const before = recorded.store.resourceVersion;

      await path.create('noise');
      await until('a bookmark beyond the noise', 30_000, () => recorded.store.resourceVersion !== before);
      await until('the end of the watch', 30_000, () => recorded.reports.includes('reconnected Closed'));
      const { length } = recorded.reports.filter(
        (report) => report.startsWith('relisted') && !report.endsWith('Initial'),
      );
      await recorded.stop();

      expect(length).toBe(0);
      expect(Number(recorded.store.resourceVersion)).toBeGreaterThan(Number(before));
    },
    testTimeoutMilliseconds,
  );
});
