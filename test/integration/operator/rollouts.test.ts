import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { gatewayPoolType, labels } from '../../../src/api/identity.ts';
import type { Drains } from '../../../src/balancer/drain/drains.ts';
import { drainsKey, parseDrains } from '../../../src/balancer/drain/drains.ts';
import type { KubeObject } from '../../../src/kube/object.ts';
import { configMapType, deploymentType, podType } from '../../../src/operator/resources.ts';
import { controlPlaneTimeoutMilliseconds } from '../../cluster/control-plane.ts';
import { until } from '../../cluster/until.ts';
import type { ConfigMap } from '../config-map.ts';
import type { TestCluster } from './cluster.ts';
import { condition, createConfig, find, poolIn, startTestCluster, untilStatus } from './cluster.ts';
import type { OperatorProcess } from './operator-process.ts';
import { startOperator } from './operator-process.ts';
import type { Pod, StandInNode } from './stand-in-node.ts';
import { crashingImage, startNode } from './stand-in-node.ts';

const testTimeoutMilliseconds = 90_000;
const waitMilliseconds = 30_000;
const oldImage = 'registry.example/gateway:1';
const newImage = 'registry.example/gateway:2';

interface Deployment extends KubeObject {
  status?: { availableReplicas?: number };
  spec: {
    minReadySeconds?: number;
    template: { metadata: { annotations?: Record<string, string> }; spec: { containers: { image: string }[] } };
  };
}

let cluster: TestCluster;
let operator: OperatorProcess;
let namespace: string;
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
  await createConfig(cluster, namespace);
  node = await startNode(cluster, namespace);
}, testTimeoutMilliseconds);

afterEach(async () => {
  await node.close();
});

/** A pool of two that serve. */
async function poolOfTwo(spec: object = {}): Promise<void> {
  const rollout = { minReadySeconds: 1 };
  await cluster.client.create(gatewayPoolType, poolIn(namespace, { maxInstances: 2, rollout, ...spec }));
  await untilStatus(cluster, namespace, 'two ready', (status) => status.readyInstances === 2);
  await until('both to be available, so that there is something to go back to', waitMilliseconds, async () => {
    const slots = await Promise.all(['prod-0', 'prod-1'].map(deploymentOf));
    return slots.every((deployment) => deployment?.status?.availableReplicas === 1);
  });
}

const patchPool = (patch: Record<string, unknown>): Promise<KubeObject> =>
  cluster.client.mergePatch(gatewayPoolType, { namespace, name: 'prod' }, patch);
const setSpec = (spec: object): Promise<KubeObject> => patchPool({ spec });

async function podOf(slot: string): Promise<Pod> {
  const { items } = await cluster.client.list<Pod>(podType, { namespace, labelSelector: `${labels.slot}=${slot}` });
  const [pod] = items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  if (pod === undefined) throw new Error(`Slot ${slot} has no pod`);
  return pod;
}

const deploymentOf = (slot: string): Promise<Deployment | undefined> =>
  find<Deployment>(cluster, deploymentType, namespace, slot);

/** Images of the slots, by name. */
async function images(): Promise<Record<string, string>> {
  const { items } = await cluster.client.list<Deployment>(deploymentType, { namespace, labelSelector: labels.pool });
  return Object.fromEntries(
    items.map(({ metadata, spec }) => [metadata.name, spec.template.spec.containers[0]?.image ?? '']),
  );
}

async function drains(): Promise<Drains> {
  const settings = await find<ConfigMap>(cluster, configMapType, namespace, 'prod-balancer');
  const parsed = parseDrains(settings?.data?.[drainsKey]);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.drains;
}

const draining = async (): Promise<string[]> => (await drains()).draining.map(({ slot }) => slot);

const untilRolledOut = (): ReturnType<typeof untilStatus> =>
  untilStatus(
    cluster,
    namespace,
    'the rollout to end',
    (status) => condition(status, 'RollingOut').reason === 'UpToDate' && status.readyInstances === 2,
    'prod',
    waitMilliseconds,
  );

async function events(reason: string): Promise<string> {
  const template = `{range .items[?(@.reason=="${reason}")]}{.regarding.kind}: {.note}{"\\n"}{end}`;
  return cluster.controlPlane.kubectl(['get', 'events.events.k8s.io', '-n', namespace, '-o', `jsonpath=${template}`]);
}

describe('a change of the image', () => {
  it(
    'replaces idle instances one after the other, and nobody drains in the end',
    async () => {
      await poolOfTwo();
      const seen: number[] = [];

      await setSpec({ image: newImage });
      await until('both to be replaced', waitMilliseconds, async () => {
        const { items } = await cluster.client.list<Pod>(podType, { namespace, labelSelector: labels.pool });
        seen.push(items.filter((pod) => isReady(pod)).length);
        return Object.values(await images()).every((image) => image === newImage);
      });
      await untilRolledOut();

      expect(Math.min(...seen)).toBeGreaterThanOrEqual(1);
      expect(await draining()).toEqual([]);
    },
    testTimeoutMilliseconds,
  );

  it(
    'waits for the sessions of a busy instance, which gets no new ones',
    async () => {
      await poolOfTwo();
      const { name, uid } = (await podOf('prod-1')).metadata;
      node.busy.add(name);

      await setSpec({ image: newImage });
      await until('the idle one to be replaced, and the busy one to drain', waitMilliseconds, async () => {
        return (await images())['prod-0'] === newImage && (await draining()).includes('prod-1');
      });
      const status = await untilStatus(
        cluster,
        namespace,
        'the busy one to be shown',
        ({ drainingInstances, slots }) =>
          drainingInstances === 1 &&
          slots?.some(({ name: slot, state }) => slot === 'prod-1' && state === 'Draining') === true,
      );
      const imageWhileBusy = (await images())['prod-1'];
      const podWhileBusy = (await podOf('prod-1')).metadata.uid;
      node.busy.delete(name);
      await untilRolledOut();

      expect(condition(status, 'RollingOut')).toMatchObject({ status: 'True', reason: 'WaitingForIdle' });
      expect([imageWhileBusy, podWhileBusy]).toEqual([oldImage, uid]);
      expect((await images())['prod-1']).toBe(newImage);
    },
    testTimeoutMilliseconds,
  );

  it(
    'waits for a sidecar that does not answer, and says which',
    async () => {
      await poolOfTwo();
      const { name } = (await podOf('prod-0')).metadata;
      node.silent.add(name);

      await setSpec({ image: newImage });
      await untilStatus(
        cluster,
        namespace,
        'the silent one to be named',
        (status) => condition(status, 'RollingOut').message.includes(name),
        'prod',
        waitMilliseconds,
      );
      const imagesMeanwhile = await images();
      node.silent.delete(name);
      await untilRolledOut();

      expect(imagesMeanwhile).toEqual({ 'prod-0': oldImage, 'prod-1': oldImage });
    },
    testTimeoutMilliseconds,
  );

  it(
    'that is taken back while a drain waits takes the drain back, and the instance serves again',
    async () => {
      await poolOfTwo();
      const { name, uid } = (await podOf('prod-1')).metadata;
      const { name: other } = (await podOf('prod-0')).metadata;
      node.busy.add(name);
      node.busy.add(other);

      await setSpec({ image: newImage });
      await until('one of them to drain', waitMilliseconds, async () => (await draining()).length === 1);
      const before = (await drains()).generation;
      await setSpec({ image: oldImage });
      await until('none to drain', waitMilliseconds, async () => (await draining()).length === 0);
      await untilRolledOut();

      expect((await drains()).generation).toBeGreaterThan(before);
      expect((await podOf('prod-1')).metadata.uid).toBe(uid);
    },
    testTimeoutMilliseconds,
  );

  it(
    'to one that crashes stops at the first slot, which goes back to what it ran before',
    async () => {
      await poolOfTwo();

      await setSpec({ image: crashingImage });
      const status = await untilStatus(
        cluster,
        namespace,
        'the failure to be told',
        (seen) => condition(seen, 'RollingOut').reason === 'RevisionFailed' && seen.readyInstances === 2,
        'prod',
        waitMilliseconds,
      );

      expect(await images()).toEqual({ 'prod-0': oldImage, 'prod-1': oldImage });
      expect(condition(status, 'Stalled')).toMatchObject({ status: 'True', reason: 'RevisionFailed' });
      expect(condition(status, 'RollingOut').message).toContain('CrashLoopBackOff');

      await setSpec({ image: newImage });
      await untilRolledOut();
      expect(await images()).toEqual({ 'prod-0': newImage, 'prod-1': newImage });
    },
    testTimeoutMilliseconds,
  );
});

describe('lower replicas', () => {
  it(
    'stop the idle instance, and nobody who is working',
    async () => {
      await poolOfTwo();
      const { name, uid } = (await podOf('prod-0')).metadata;
      node.busy.add(name);

      await setSpec({ replicas: 1 });
      await untilStatus(cluster, namespace, 'one instance', (status) => status.replicas === 1);

      expect(Object.keys(await images())).toEqual(['prod-0']);
      expect((await podOf('prod-0')).metadata.uid).toBe(uid);
    },
    testTimeoutMilliseconds,
  );

  it(
    'drain an instance with sessions until they are over; higher ones take that back',
    async () => {
      await poolOfTwo();
      const pods = [(await podOf('prod-0')).metadata, (await podOf('prod-1')).metadata];
      for (const { name } of pods) node.busy.add(name);

      await setSpec({ replicas: 1 });
      await until('one to drain', waitMilliseconds, async () => (await draining()).length === 1);
      await setSpec({ replicas: 2 });
      await until('none to drain', waitMilliseconds, async () => (await draining()).length === 0);
      await untilStatus(cluster, namespace, 'two ready', (status) => status.readyInstances === 2);
      const uids = [(await podOf('prod-0')).metadata.uid, (await podOf('prod-1')).metadata.uid];
      await setSpec({ replicas: 1 });
      await until('one to drain again', waitMilliseconds, async () => (await draining()).length === 1);
      node.busy.clear();
      await untilStatus(cluster, namespace, 'one instance', (status) => status.replicas === 1);

      expect(uids).toEqual(pods.map(({ uid }) => uid));
    },
    testTimeoutMilliseconds,
  );
});

describe('what a person asks for by an annotation', () => {
  it(
    'stop: the instance ends when its sessions are over, and a wanted one starts again',
    async () => {
      await poolOfTwo();
      const { name, uid } = (await podOf('prod-1')).metadata;
      node.busy.add(name);

      await cluster.controlPlane.kubectl([
        'annotate',
        'deployment',
        'prod-1',
        'pam.gatewaypool.io/stop=true',
        '-n',
        namespace,
      ]);
      await until('it to drain', waitMilliseconds, async () => (await draining()).includes('prod-1'));
      const meanwhile = (await podOf('prod-1')).metadata.uid;
      node.busy.delete(name);
      await until('another one in its place', waitMilliseconds, async () => {
        const pod = await podOf('prod-1').catch(() => undefined);
        return pod !== undefined && pod.metadata.uid !== uid && isReady(pod);
      });

      expect(meanwhile).toBe(uid);
    },
    testTimeoutMilliseconds,
  );

  it(
    'restart: all instances are replaced, although nothing of the spec changed',
    async () => {
      await poolOfTwo();
      const before = [(await podOf('prod-0')).metadata.uid, (await podOf('prod-1')).metadata.uid];

      await patchPool({ metadata: { annotations: { 'pam.gatewaypool.io/restart': 'monday' } } });
      const after = await until('both to be others', waitMilliseconds, async () => {
        const uids = await Promise.all(['prod-0', 'prod-1'].map((slot) => podOf(slot).catch(() => undefined)));
        const now = uids.map((pod) => pod?.metadata.uid);
        return now.every((uid) => uid !== undefined && !before.includes(uid)) && now;
      });
      await untilRolledOut();

      expect([(await podOf('prod-0')).metadata.uid, (await podOf('prod-1')).metadata.uid]).toEqual(after);
    },
    testTimeoutMilliseconds,
  );
});

describe('what somebody does to a slot by hand', () => {
  it(
    'a restart by kubectl is not undone, and makes no rollout',
    async () => {
      await poolOfTwo();
      const { uid } = (await podOf('prod-0')).metadata;

      await cluster.controlPlane.kubectl(['rollout', 'restart', 'deployment/prod-0', '-n', namespace]);
      await until('the restarted pod', waitMilliseconds, async () => {
        const pod = await podOf('prod-0').catch(() => undefined);
        return pod !== undefined && pod.metadata.uid !== uid && isReady(pod);
      });
      const restarted = (await podOf('prod-0')).metadata.uid;
      await untilRolledOut();

      const annotations = (await deploymentOf('prod-0'))?.spec.template.metadata.annotations;
      expect(annotations).toMatchObject({ 'kubectl.kubernetes.io/restartedAt': expect.any(String) });
      expect((await podOf('prod-0')).metadata.uid).toBe(restarted);
    },
    testTimeoutMilliseconds,
  );

  it(
    'another minReadySeconds is put back without a restart, as after an upgrade from a release without it',
    async () => {
      await poolOfTwo({ rollout: { minReadySeconds: 7 } });
      const { uid } = (await podOf('prod-0')).metadata;

      await cluster.client.mergePatch(
        deploymentType,
        { namespace, name: 'prod-0' },
        { spec: { minReadySeconds: null } },
      );
      await until('it to be back', waitMilliseconds, async () => {
        return (await deploymentOf('prod-0'))?.spec.minReadySeconds === 7;
      });

      expect((await podOf('prod-0')).metadata.uid).toBe(uid);
    },
    testTimeoutMilliseconds,
  );

  it.each([
    { name: 'taken away', value: null },
    { name: 'changed', value: 'other' },
  ])(
    'the label of the pool that was $name on a running pod comes back, and the pod stays',
    async ({ value }) => {
      await poolOfTwo();
      const { name, uid } = (await podOf('prod-1')).metadata;

      await cluster.client.mergePatch(podType, { namespace, name }, { metadata: { labels: { [labels.pool]: value } } });
      await until('the label', waitMilliseconds, async () => {
        const pod = await find<Pod>(cluster, podType, namespace, name);
        return pod?.metadata.labels?.[labels.pool] === 'prod';
      });
      await until('one pod in the slot', waitMilliseconds, async () => {
        const { items } = await cluster.client.list(podType, { namespace, labelSelector: `${labels.slot}=prod-1` });
        return items.length === 1;
      });

      expect((await podOf('prod-1')).metadata.uid).toBe(uid);
      expect(node.started.size).toBe(2);
    },
    testTimeoutMilliseconds,
  );
});

describe('an instance that ends with people in it', () => {
  it(
    'is told on the pool, with the number that its sidecar counted',
    async () => {
      await poolOfTwo();
      const { name } = (await podOf('prod-1')).metadata;
      node.lastWords.set(name, '{"sessionsCut":2,"transitCut":1}');

      await cluster.controlPlane.kubectl(['delete', 'pod', name, '-n', namespace, '--wait=false']);
      const told = await until('the Event', waitMilliseconds, async () => (await events('SessionsCut')) || undefined);

      expect(told).toBe(
        `GatewayPool: Cut off sessions when an instance of slot prod-1 ended: 2 of its own and 1 of other instances that entered through it (pod ${name})\n`,
      );
    },
    testTimeoutMilliseconds,
  );
});

function isReady({ status }: Pod): boolean {
  return status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') === true;
}
