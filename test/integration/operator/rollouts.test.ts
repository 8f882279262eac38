import { describe, expect, it } from '@jest/globals';
import { labels } from '../../../src/api/identity.ts';
import type { ObjectKey } from '../../../src/kube/object.ts';
import { configMapType } from '../../../src/operator/resources.ts';
import { until, untilSeen } from '../../cluster/until.ts';
import type { ConfigMap } from '../config-map.ts';
import { condition, find, kubectl, setSpec, untilStatus, waitMilliseconds } from './cluster.ts';
import {
  createPoolOfTwo,
  drainingSlots,
  drainsOf,
  imagesOf,
  oldImage,
  patchPool,
  podOf,
  podsOf,
  uidsOf,
  untilRolledOut,
} from './pool-of-two.ts';
import { crashingImage, isReady } from './stand-in-node.ts';
import { testTimeoutMilliseconds, workplace } from './workplace.ts';

const newImage = 'registry.example/gateway:2';

const place = workplace({ node: true });

const settingsKey = (): ObjectKey => ({ namespace: place.namespace, name: 'prod-balancer' });
const settings = (): Promise<ConfigMap | undefined> => find(place, configMapType, 'prod-balancer');

describe('a change of the image', () => {
  it(
    'replaces idle instances one after the other, and nobody drains in the end',
    async () => {
      await createPoolOfTwo(place);
      const seen: number[] = [];

      await setSpec(place, { image: newImage });
      await until('both to be replaced', waitMilliseconds, async () => {
        seen.push((await podsOf(place)).filter(isReady).length);
        return Object.values(await imagesOf(place)).every((image) => image === newImage);
      });
      await untilRolledOut(place);

      expect(Math.min(...seen)).toBeGreaterThanOrEqual(1);
      expect(await drainingSlots(place)).toEqual([]);
    },
    testTimeoutMilliseconds,
  );

  it(
    'waits for the sessions of a busy instance, which gets no new ones',
    async () => {
      await createPoolOfTwo(place);
      const { name, uid } = (await podOf(place, 'prod-1')).metadata;
      place.node.busy.add(name);

      await setSpec(place, { image: newImage });
      await until('the idle one to be replaced, and the busy one to drain', waitMilliseconds, async () => {
        return (await imagesOf(place))['prod-0'] === newImage && (await drainingSlots(place)).includes('prod-1');
      });
      const status = await untilStatus(
        place,
        'the busy one to be shown',
        ({ drainingInstances, slots }) =>
          drainingInstances === 1 &&
          slots?.some(({ name: slot, state }) => slot === 'prod-1' && state === 'Draining') === true,
      );
      const imageWhileBusy = (await imagesOf(place))['prod-1'];
      const podWhileBusy = (await podOf(place, 'prod-1')).metadata.uid;
      place.node.busy.delete(name);
      await untilRolledOut(place);

      expect(condition(status, 'RollingOut')).toMatchObject({ status: 'True', reason: 'WaitingForIdle' });
      expect([imageWhileBusy, podWhileBusy]).toEqual([oldImage, uid]);
      expect((await imagesOf(place))['prod-1']).toBe(newImage);
    },
    testTimeoutMilliseconds,
  );

  it(
    'waits for a sidecar that does not answer, and says which',
    async () => {
      await createPoolOfTwo(place);
      const { name } = (await podOf(place, 'prod-0')).metadata;
      place.node.silent.add(name);

      await setSpec(place, { image: newImage });
      await untilStatus(place, 'the silent one to be named', (status) =>
        condition(status, 'RollingOut').message.includes(name),
      );
      const imagesMeanwhile = await imagesOf(place);
      place.node.silent.delete(name);
      await untilRolledOut(place);

      expect(imagesMeanwhile).toEqual({ 'prod-0': oldImage, 'prod-1': oldImage });
    },
    testTimeoutMilliseconds,
  );

  it(
    'that is taken back while a drain waits takes the drain back, and the instance serves again',
    async () => {
      await createPoolOfTwo(place);
      const { name, uid } = (await podOf(place, 'prod-1')).metadata;
      const { name: other } = (await podOf(place, 'prod-0')).metadata;
      place.node.busy.add(name);
      place.node.busy.add(other);

      await setSpec(place, { image: newImage });
      await untilSeen(
        'one of them to drain',
        waitMilliseconds,
        () => drainingSlots(place),
        (seen) => seen.length === 1,
      );
      const before = (await drainsOf(place)).generation;
      await setSpec(place, { image: oldImage });
      await untilSeen(
        'none to drain',
        waitMilliseconds,
        () => drainingSlots(place),
        (seen) => seen.length === 0,
      );
      await untilRolledOut(place);

      expect((await drainsOf(place)).generation).toBeGreaterThan(before);
      expect((await podOf(place, 'prod-1')).metadata.uid).toBe(uid);
    },
    testTimeoutMilliseconds,
  );

  it(
    'keeps its drain over every other write of the ConfigMap, and over the loss of its labels',
    async () => {
      await createPoolOfTwo(place);
      for (const slot of ['prod-0', 'prod-1']) place.node.busy.add((await podOf(place, slot)).metadata.name);
      await setSpec(place, { image: newImage });
      await untilSeen(
        'one to drain',
        waitMilliseconds,
        () => drainingSlots(place),
        (seen) => seen.length === 1,
      );
      const [ordered] = (await drainsOf(place)).draining;

      await setSpec(place, { balancer: { slowStartSeconds: 77 } });
      await until('the new settings', waitMilliseconds, async () => {
        return (await settings())?.data?.['balancer.yaml']?.includes('slowStartSeconds: 77');
      });
      const gone = Object.fromEntries(
        Object.keys((await settings())?.metadata.labels ?? {}).map((name) => [name, null]),
      );
      await place.cluster.client.mergePatch(configMapType, settingsKey(), { metadata: { labels: gone } });
      await until('the labels', waitMilliseconds, async () => {
        return (await settings())?.metadata.labels?.[labels.pool] === 'prod';
      });

      expect((await drainsOf(place)).draining).toEqual([ordered]);
    },
    testTimeoutMilliseconds,
  );

  it(
    'to one that crashes stops at the first slot, which goes back to what it ran before',
    async () => {
      await createPoolOfTwo(place);

      await setSpec(place, { image: crashingImage });
      const status = await untilStatus(
        place,
        'the failure to be told',
        (seen) => condition(seen, 'RollingOut').reason === 'RevisionFailed' && seen.readyInstances === 2,
      );

      expect(await imagesOf(place)).toEqual({ 'prod-0': oldImage, 'prod-1': oldImage });
      expect(condition(status, 'Stalled')).toMatchObject({ status: 'True', reason: 'RevisionFailed' });
      expect(condition(status, 'RollingOut').message).toContain('CrashLoopBackOff');

      await setSpec(place, { image: newImage });
      await untilRolledOut(place);
      expect(await imagesOf(place)).toEqual({ 'prod-0': newImage, 'prod-1': newImage });
    },
    testTimeoutMilliseconds,
  );
});

describe('lower replicas', () => {
  it(
    'stop the idle instance, and nobody who is working',
    async () => {
      await createPoolOfTwo(place);
      const { name, uid } = (await podOf(place, 'prod-0')).metadata;
      place.node.busy.add(name);

      await setSpec(place, { replicas: 1 });
      await untilStatus(place, 'one instance', (status) => status.replicas === 1);

      expect(Object.keys(await imagesOf(place))).toEqual(['prod-0']);
      expect((await podOf(place, 'prod-0')).metadata.uid).toBe(uid);
    },
    testTimeoutMilliseconds,
  );

  it(
    'drain an instance with sessions until they are over; higher ones take that back',
    async () => {
      await createPoolOfTwo(place);
      const pods = [(await podOf(place, 'prod-0')).metadata, (await podOf(place, 'prod-1')).metadata];
      for (const { name } of pods) place.node.busy.add(name);

      await setSpec(place, { replicas: 1 });
      await untilSeen(
        'one to drain',
        waitMilliseconds,
        () => drainingSlots(place),
        (seen) => seen.length === 1,
      );
      await setSpec(place, { replicas: 2 });
      await untilSeen(
        'none to drain',
        waitMilliseconds,
        () => drainingSlots(place),
        (seen) => seen.length === 0,
      );
      await untilStatus(place, 'two ready', (status) => status.readyInstances === 2);
      const uids = await uidsOf(place);
      await setSpec(place, { replicas: 1 });
      await untilSeen(
        'one to drain again',
        waitMilliseconds,
        () => drainingSlots(place),
        (seen) => seen.length === 1,
      );
      place.node.busy.clear();
      await untilStatus(place, 'one instance', (status) => status.replicas === 1);

      expect(uids).toEqual(pods.map(({ uid }) => uid));
    },
    testTimeoutMilliseconds,
  );
});

describe('what a person asks for by an annotation', () => {
  it(
    'stop: the instance ends when its sessions are over, and a wanted one starts again',
    async () => {
      await createPoolOfTwo(place);
      const { name, uid } = (await podOf(place, 'prod-1')).metadata;
      place.node.busy.add(name);

      await kubectl(place, ['annotate', 'deployment', 'prod-1', 'pam.gatewaypool.io/stop=true']);
      await untilSeen(
        'it to drain',
        waitMilliseconds,
        () => drainingSlots(place),
        (seen) => seen.includes('prod-1'),
      );
      const meanwhile = (await podOf(place, 'prod-1')).metadata.uid;
      place.node.busy.delete(name);
      await until('another one in its place', waitMilliseconds, async () => {
        const pod = await podOf(place, 'prod-1').catch(() => undefined);
        return pod !== undefined && pod.metadata.uid !== uid && isReady(pod);
      });

      expect(meanwhile).toBe(uid);
    },
    testTimeoutMilliseconds,
  );

  it(
    'restart: all instances are replaced, although nothing of the spec changed',
    async () => {
      await createPoolOfTwo(place);
      const before = await uidsOf(place);

      await patchPool(place, { metadata: { annotations: { 'pam.gatewaypool.io/restart': 'monday' } } });
      const after = await until('both to be others', waitMilliseconds, async () => {
        const uids = await Promise.all(['prod-0', 'prod-1'].map((slot) => podOf(place, slot).catch(() => undefined)));
        const now = uids.map((pod) => pod?.metadata.uid);
        return now.every((uid) => uid !== undefined && !before.includes(uid)) && now;
      });
      await untilRolledOut(place);

      expect(await uidsOf(place)).toEqual(after);
    },
    testTimeoutMilliseconds,
  );
});
