import { beforeEach, describe, expect, it } from '@jest/globals';
import { parseGatewayPool } from '../../../src/api/gatewaypool.ts';
import { resolveSpec } from '../../../src/api/resolve.ts';
import type { KubeObject } from '../../../src/kube/object.ts';
import { createSeatApi } from '../../../src/operator/apply/kube-seat-api.ts';
import { RefusedError } from '../../../src/operator/apply/refusal.ts';
import type { GoodRevision } from '../../../src/operator/plan/observation.ts';
import type { RenderedPool } from '../../../src/operator/render/pool.ts';
import { deploymentType, replicaSetType } from '../../../src/operator/resources.ts';
import type { NewTemplate, SeatApi } from '../../../src/operator/seat-protocol/seat-api.ts';
import { until, untilSeen } from '../../cluster/until.ts';
import type { Pool } from './cluster.ts';
import { createPool, find, kubectl, waitMilliseconds } from './cluster.ts';
import { testTimeoutMilliseconds, workplace } from './workplace.ts';

const signal = new AbortController().signal;
const copies = ['prod-config-0000000001', 'prod-config-0000000002'] as const;

interface Container {
  name: string;
  image: string;
  env?: { name: string; value?: string }[];
}

interface Deployment extends KubeObject {
  status?: { observedGeneration?: number };
  spec: {
    replicas: number;
    minReadySeconds?: number;
    template: { metadata: { annotations?: Record<string, string> }; spec: { containers: Container[] } };
  };
}

const place = workplace({ operator: false, config: false });
let stored: Pool;

beforeEach(async () => {
  stored = await createPool(place, { maxInstances: 2 });
});

/** The operator as it is when the pool's spec says this besides. */
function operatorAt(revision: 'r1' | 'r2', spec: object = {}): SeatApi {
  const parsed = parseGatewayPool({ ...stored, spec: { ...stored.spec, ...spec } });
  if (!parsed.valid) throw new Error('The test made a pool that is not valid');
  const uid = stored.metadata.uid ?? '';
  const pool: RenderedPool = { name: 'prod', namespace: place.namespace, uid, spec: resolveSpec(parsed.pool.spec) };
  const configSecretName = revision === 'r1' ? copies[0] : copies[1];
  return createSeatApi({
    client: place.cluster.client,
    pool,
    inputs: { configSecretName, balancerImage: 'registry.example/gatewaypool:1', revision },
    nodeOf: () => undefined,
    askSidecar: async () => undefined,
    signal,
  });
}

async function deployment(): Promise<Deployment> {
  const found = await find<Deployment>(place, deploymentType, 'prod-0');
  if (found === undefined) throw new Error('Deployment prod-0 is gone');
  return found;
}

async function gateway(): Promise<Container> {
  const { spec } = await deployment();
  const found = spec.template.spec.containers.find(({ name }) => name === 'gateway');
  if (found === undefined) throw new Error('There is no gateway in the pod template');
  return found;
}

/** Rolls slot prod-0 from what it is now; again when the Deployment controller wrote a status in between, as the operator does. */
async function roll(api: SeatApi, lastGood?: GoodRevision, to: NewTemplate['to'] = current): Promise<string> {
  const { outcome } = await until('a roll without a conflict', waitMilliseconds, async () => {
    const { uid = '', resourceVersion = '' } = (await deployment()).metadata;
    const replacing = api.replaceTemplate('prod-0', uid, resourceVersion, { to, lastGood });
    const answer = await replacing.catch((error: unknown) => error);
    return answer !== 'Conflict' && { outcome: answer };
  });
  if (outcome instanceof Error) throw outcome;
  return String(outcome);
}

const current = { kind: 'Current', revision: 'r2' } as const;

const envOf = ({ env = [] }: Container): string[] => env.map(({ name }) => name).sort();
const withEnv = (...names: string[]): object => ({
  template: { spec: { containers: [{ name: 'gateway', env: names.map((name) => ({ name, value: 'ours' })) }] } },
});

/** Waits until the Deployment controller has seen the Deployment as it is. */
async function settled(): Promise<void> {
  await until('the Deployment controller to have seen it', waitMilliseconds, async () => {
    const { metadata, status } = await deployment();
    return metadata.generation === status?.observedGeneration;
  });
}

/** The Deployment controller makes its ReplicaSets in its own time: with Recreate, after it has said that it saw the new template. */
async function untilReplicaSets(count: number): Promise<void> {
  await untilSeen(
    `at least ${count} ReplicaSets`,
    waitMilliseconds,
    () => replicaSets(),
    (seen) => seen.length >= count,
  );
}

async function replicaSets(): Promise<readonly KubeObject[]> {
  return (await place.cluster.client.list(replicaSetType, { namespace: place.namespace })).items;
}

describe('a slot that is rolled', () => {
  it(
    'gets the new image, settings and notes, at the version that was planned',
    async () => {
      await operatorAt('r1').createDeployment('prod-0');
      const good = { revision: 'r1', configCopy: copies[0] };

      const replaced = await roll(operatorAt('r2', { image: 'gateway:2', rollout: { minReadySeconds: 30 } }), good);

      expect(replaced).toBe('Replaced');
      expect((await gateway()).image).toBe('gateway:2');
      const { metadata, spec } = await deployment();
      expect(spec).toMatchObject({ minReadySeconds: 30, replicas: 1 });
      expect(spec.template.metadata.annotations?.['pam.gatewaypool.io/revision']).toBe('r2');
      expect(metadata.annotations).toMatchObject({ 'pam.gatewaypool.io/last-good': JSON.stringify(good) });
    },
    testTimeoutMilliseconds,
  );

  it(
    'loses what we set before and leave out now, when it was created by POST and each time after',
    async () => {
      await operatorAt('r1', withEnv('FIRST', 'SECOND')).createDeployment('prod-0');
      const before = envOf(await gateway());

      await roll(operatorAt('r2', withEnv('SECOND')));
      const afterOne = envOf(await gateway());
      await roll(operatorAt('r2'));

      expect(before).toEqual(['FIRST', 'GATEWAY_CONFIG', 'SECOND']);
      expect(afterOne).toEqual(['GATEWAY_CONFIG', 'SECOND']);
      expect(envOf(await gateway())).toEqual(['GATEWAY_CONFIG']);
    },
    testTimeoutMilliseconds,
  );

  it(
    'keeps what others added: a variable, a restart by kubectl, annotations of a mesh',
    async () => {
      await operatorAt('r1').createDeployment('prod-0');
      await kubectl(place, ['set', 'env', 'deployment/prod-0', '-c', 'gateway', 'THEIRS=1']);
      await kubectl(place, ['rollout', 'restart', 'deployment/prod-0']);
      const annotations = { 'sidecar.mesh.example/inject': 'true' };
      const mesh = { spec: { template: { metadata: { annotations } } } };
      await place.cluster.client.mergePatch(deploymentType, { namespace: place.namespace, name: 'prod-0' }, mesh, {
        fieldManager: 'mesh',
      });

      await roll(operatorAt('r2', { image: 'gateway:2' }));

      expect(envOf(await gateway())).toEqual(['GATEWAY_CONFIG', 'THEIRS']);
      expect((await deployment()).spec.template.metadata.annotations).toMatchObject({
        'kubectl.kubernetes.io/restartedAt': expect.any(String),
        'sidecar.mesh.example/inject': 'true',
      });
    },
    testTimeoutMilliseconds,
  );

  it(
    'gets back what others changed of ours',
    async () => {
      await operatorAt('r1', withEnv('OURS')).createDeployment('prod-0');
      await kubectl(place, ['set', 'image', 'deployment/prod-0', 'gateway=theirs:1']);
      await kubectl(place, ['set', 'env', 'deployment/prod-0', '-c', 'gateway', 'OURS=theirs']);

      await roll(operatorAt('r2', withEnv('OURS')));

      const { image, env } = await gateway();
      expect(image).toBe('registry.example/gateway:1');
      expect(env?.find(({ name }) => name === 'OURS')?.value).toBe('ours');
    },
    testTimeoutMilliseconds,
  );

  it(
    'changes its template once, so that its pod ends once',
    async () => {
      await operatorAt('r1', withEnv('DROPPED')).createDeployment('prod-0');
      await untilReplicaSets(1);

      await roll(operatorAt('r2', { image: 'gateway:2' }));

      await settled();
      await untilReplicaSets(2);
      expect(await replicaSets()).toHaveLength(2);
    },
    testTimeoutMilliseconds,
  );

  it.each([
    { name: 'was changed', change: () => kubectl(place, ['annotate', 'deployment', 'prod-0', 'team=red']) },
    {
      name: 'was deleted',
      change: () => place.cluster.client.delete(deploymentType, { namespace: place.namespace, name: 'prod-0' }),
      gone: true,
    },
  ])(
    'is left alone when it $name meanwhile',
    async ({ change, gone }) => {
      await operatorAt('r1').createDeployment('prod-0');
      await settled();
      const { uid = '', resourceVersion = '' } = (await deployment()).metadata;
      await change();

      const template = { to: current, lastGood: undefined };
      const api = operatorAt('r2', { image: 'gateway:2' });
      const replaced = await api.replaceTemplate('prod-0', uid, resourceVersion, template);

      expect(replaced).toBe('Conflict');
      const after = await find<Deployment>(place, deploymentType, 'prod-0');
      expect(after?.spec.template.spec.containers[0]?.image).toBe(gone ? undefined : 'registry.example/gateway:1');
    },
    testTimeoutMilliseconds,
  );

  it(
    'runs on as it was when the API server refuses the new template, and no value is told',
    async () => {
      await operatorAt('r1').createDeployment('prod-0');
      const template = { spec: { containers: [{ name: 'gateway', imagePullPolicy: 'c4n4ry' }] } };

      const refused = await roll(operatorAt('r2', { template })).catch((error: unknown) => error);

      expect(refused).toBeInstanceOf(RefusedError);
      expect(String(refused)).not.toContain('c4n4ry');
      expect((await deployment()).spec.template.metadata.annotations?.['pam.gatewaypool.io/revision']).toBe('r1');
    },
    testTimeoutMilliseconds,
  );
});

describe('a slot whose revision failed', () => {
  const good = { revision: 'r1', configCopy: copies[0] };

  const goBack = (to: GoodRevision = good): Promise<string> =>
    roll(operatorAt('r2', { image: 'gateway:bad' }), good, { kind: 'LastGood', good: to, failedRevision: 'r2' });

  beforeEach(async () => {
    await operatorAt('r1', withEnv('OLD')).createDeployment('prod-0');
    await kubectl(place, ['set', 'env', 'deployment/prod-0', '-c', 'gateway', 'THEIRS=1']);
    await untilReplicaSets(2);
    await roll(operatorAt('r2', { image: 'gateway:bad', ...withEnv('NEW') }), good);
    await untilReplicaSets(3);
  }, testTimeoutMilliseconds);

  it(
    'gets the template back that it had before, from its ReplicaSet, with what others had added',
    async () => {
      expect(await goBack()).toBe('Replaced');

      const { image } = await gateway();
      expect(image).toBe('registry.example/gateway:1');
      expect(envOf(await gateway())).toEqual(['GATEWAY_CONFIG', 'OLD', 'THEIRS']);
      const { metadata, spec } = await deployment();
      expect(spec.template.metadata.annotations?.['pam.gatewaypool.io/revision']).toBe('r1');
      expect(metadata.annotations).toMatchObject({
        'pam.gatewaypool.io/failed-revision': 'r2',
        'pam.gatewaypool.io/last-good': JSON.stringify(good),
      });
    },
    testTimeoutMilliseconds,
  );

  it(
    'goes on with the ReplicaSet of before instead of making another one',
    async () => {
      await goBack();

      await settled();
      expect(await replicaSets()).toHaveLength(3);
    },
    testTimeoutMilliseconds,
  );

  it(
    'forgets the failure, and what only the old template had, when the next revision comes',
    async () => {
      await goBack();

      await roll(operatorAt('r2', { image: 'gateway:3' }));

      expect(envOf(await gateway())).toEqual(['GATEWAY_CONFIG', 'THEIRS']);
      const noted = (await deployment()).metadata.annotations ?? {};
      expect(Object.keys(noted)).not.toContain('pam.gatewaypool.io/failed-revision');
      expect(Object.keys(noted)).not.toContain('pam.gatewaypool.io/last-good');
    },
    testTimeoutMilliseconds,
  );

  it.each([
    { name: 'revision', to: { ...good, revision: 'r0' } },
    { name: 'configuration', to: { ...good, configCopy: 'prod-config-0000000009' } },
  ])(
    'stays as it is when no ReplicaSet has that $name',
    async ({ to }) => {
      expect(await goBack(to)).toBe('NoSuchRevision');
      expect((await gateway()).image).toBe('gateway:bad');
    },
    testTimeoutMilliseconds,
  );
});
