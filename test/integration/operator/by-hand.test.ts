import { describe, expect, it } from '@jest/globals';
import { labels } from '../../../src/api/identity.ts';
import { deploymentType, podType } from '../../../src/operator/resources.ts';
import { until } from '../../cluster/until.ts';
import { createPoolOfTwo, deploymentOf, eventsOf, podOf, podsOf, untilRolledOut } from './pool-of-two.ts';
import type { Pod } from './stand-in-node.ts';
import { isReady } from './stand-in-node.ts';
import { find, kubectl, waitMilliseconds } from './cluster.ts';
import { testTimeoutMilliseconds, workplace } from './workplace.ts';

const place = workplace({ node: true });

describe('what somebody does to a slot by hand', () => {
  it(
    'a restart by kubectl is not undone, and makes no rollout',
    async () => {
      await createPoolOfTwo(place);
      const { uid } = (await podOf(place, 'prod-0')).metadata;

      await kubectl(place, ['rollout', 'restart', 'deployment/prod-0']);
      await until('the restarted pod', waitMilliseconds, async () => {
        const pod = await podOf(place, 'prod-0').catch(() => undefined);
        return pod !== undefined && pod.metadata.uid !== uid && isReady(pod);
      });
      const restarted = (await podOf(place, 'prod-0')).metadata.uid;
      await untilRolledOut(place);

      const annotations = (await deploymentOf(place, 'prod-0'))?.spec.template.metadata.annotations;
      expect(annotations).toMatchObject({ 'kubectl.kubernetes.io/restartedAt': expect.any(String) });
      expect((await podOf(place, 'prod-0')).metadata.uid).toBe(restarted);
    },
    testTimeoutMilliseconds,
  );

  it(
    'another minReadySeconds is put back without a restart, as after an upgrade from a release without it',
    async () => {
      await createPoolOfTwo(place, { rollout: { minReadySeconds: 7 } });
      const { uid } = (await podOf(place, 'prod-0')).metadata;

      await place.cluster.client.mergePatch(
        deploymentType,
        { namespace: place.namespace, name: 'prod-0' },
        { spec: { minReadySeconds: null } },
      );
      await until('it to be back', waitMilliseconds, async () => {
        return (await deploymentOf(place, 'prod-0'))?.spec.minReadySeconds === 7;
      });

      expect((await podOf(place, 'prod-0')).metadata.uid).toBe(uid);
    },
    testTimeoutMilliseconds,
  );

  it.each([
    { name: 'taken away', value: null },
    { name: 'changed', value: 'other' },
  ])(
    'the label of the pool that was $name on a running pod comes back, and the pod stays',
    async ({ value }) => {
      await createPoolOfTwo(place);
      const { name, uid } = (await podOf(place, 'prod-1')).metadata;
      // The operator has the label back before another pod's containers run, also where it is slow.
      place.node.startMilliseconds = 10_000;

      await place.cluster.client.mergePatch(
        podType,
        { namespace: place.namespace, name },
        { metadata: { labels: { [labels.pool]: value } } },
      );
      await until('the label', waitMilliseconds, async () => {
        const pod = await find<Pod>(place, podType, name);
        return pod?.metadata.labels?.[labels.pool] === 'prod';
      });
      await until('one pod in the slot', waitMilliseconds, async () => {
        return (await podsOf(place, `${labels.slot}=prod-1`)).length === 1;
      });

      expect((await podOf(place, 'prod-1')).metadata.uid).toBe(uid);
      expect(place.node.started.size).toBe(2);
    },
    testTimeoutMilliseconds,
  );
});

describe('an instance that ends with people in it', () => {
  it(
    'is told on the pool, with the number that its sidecar counted',
    async () => {
      await createPoolOfTwo(place);
      const { name } = (await podOf(place, 'prod-1')).metadata;
      place.node.lastWords.set(name, '{"sessionsCut":2,"transitCut":1}');

      await kubectl(place, ['delete', 'pod', name, '--wait=false']);
      const told = await until(
        'the Event',
        waitMilliseconds,
        async () => (await eventsOf(place, 'SessionsCut')) || undefined,
      );

      expect(told).toBe(
        `GatewayPool: Cut off sessions when an instance of slot prod-1 ended: 2 of its own and 1 of other instances that entered through it (pod ${name})\n`,
      );
    },
    testTimeoutMilliseconds,
  );
});
