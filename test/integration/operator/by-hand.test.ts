import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { labels } from '../../../src/api/identity.ts';
import { deploymentType, podType } from '../../../src/operator/resources.ts';
import { controlPlaneTimeoutMilliseconds } from '../../cluster/control-plane.ts';
import { until } from '../../cluster/until.ts';
import type { TestCluster } from './cluster.ts';
import { createConfig, find, startTestCluster } from './cluster.ts';
import type { OperatorProcess } from './operator-process.ts';
import { startOperator } from './operator-process.ts';
import type { Place } from './pool-of-two.ts';
import {
  createPoolOfTwo,
  deploymentOf,
  eventsOf,
  podOf,
  podsOf,
  untilRolledOut,
  waitMilliseconds,
} from './pool-of-two.ts';
import type { Pod, StandInNode } from './stand-in-node.ts';
import { isReady, startNode } from './stand-in-node.ts';

const testTimeoutMilliseconds = 90_000;

let cluster: TestCluster;
let operator: OperatorProcess;
let namespace: string;
let place: Place;
let node: StandInNode;

beforeAll(async () => {
  cluster = await startTestCluster();
  operator = await startOperator(cluster.controlPlane);
}, controlPlaneTimeoutMilliseconds);

afterAll(async () => {
  await operator.stop('SIGTERM');
  await cluster.stop();
});

beforeEach(async () => {
  namespace = await cluster.namespace();
  place = { cluster, namespace };
  await createConfig(cluster, namespace);
  node = await startNode(cluster, namespace);
}, testTimeoutMilliseconds);

afterEach(async () => {
  await node.close();
});

describe('what somebody does to a slot by hand', () => {
  it(
    'a restart by kubectl is not undone, and makes no rollout',
    async () => {
      await createPoolOfTwo(place);
      const { uid } = (await podOf(place, 'prod-0')).metadata;

      await cluster.controlPlane.kubectl(['rollout', 'restart', 'deployment/prod-0', '-n', namespace]);
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

      await cluster.client.mergePatch(
        deploymentType,
        { namespace, name: 'prod-0' },
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

      await cluster.client.mergePatch(podType, { namespace, name }, { metadata: { labels: { [labels.pool]: value } } });
      await until('the label', waitMilliseconds, async () => {
        const pod = await find<Pod>(cluster, podType, namespace, name);
        return pod?.metadata.labels?.[labels.pool] === 'prod';
      });
      await until('one pod in the slot', waitMilliseconds, async () => {
        return (await podsOf(place, `${labels.slot}=prod-1`)).length === 1;
      });

      expect((await podOf(place, 'prod-1')).metadata.uid).toBe(uid);
      expect(node.started.size).toBe(2);
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
      node.lastWords.set(name, '{"sessionsCut":2,"transitCut":1}');

      await cluster.controlPlane.kubectl(['delete', 'pod', name, '-n', namespace, '--wait=false']);
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
