import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { labels } from '../../../src/api/identity.ts';
import { configMapType, deploymentType, podType } from '../../../src/operator/resources.ts';
import type { Gate } from '../../../src/operator/plan/gate.ts';
import { until, untilSeen } from '../../cluster/until.ts';
import { auditedRequests } from '../audit-log.ts';
import type { ConfigMap } from '../config-map.ts';
import { condition, createPool, find, kubectl, setSpec, slotsOf, untilStatus, waitMilliseconds } from './cluster.ts';
import { untilQuiet } from './quiet.ts';
import { testTimeoutMilliseconds, workplace } from './workplace.ts';

const place = workplace({ node: true });

async function poolOfThree(): Promise<void> {
  await createPool(place, { maxInstances: 3, rollout: { minReadySeconds: 0 } });
  await untilStatus(place, 'three ready', (status) => status.readyInstances === 3);
}

async function gate(): Promise<Gate> {
  const configMap = await find<ConfigMap>(place, configMapType, 'prod-seats');
  const text: Gate = parse(configMap?.data?.['seats.yaml'] ?? '');
  return text;
}

describe('lowering the maximum below what runs', () => {
  it(
    'stops nothing, closes the gate before the status shows it, and says so once',
    async () => {
      await poolOfThree();
      const pods = await place.cluster.client.list(podType, { namespace: place.namespace });

      await setSpec(place, { maxInstances: 2 });
      const status = await untilStatus(place, 'the new maximum', ({ maxInstances }) => maxInstances === 2);

      expect(await slotsOf(place)).toEqual(['prod-0', 'prod-1', 'prod-2']);
      const podsAfter = await place.cluster.client.list(podType, { namespace: place.namespace });
      expect(podsAfter.items.map(({ metadata }) => metadata.uid)).toEqual(
        pods.items.map(({ metadata }) => metadata.uid),
      );
      expect(status).toMatchObject({ surplusInstances: 1, readyInstances: 3, occupiedSeats: 3 });
      expect(condition(status, 'CapExceeded')).toMatchObject({ status: 'True', reason: 'SurplusInstances' });
      expect(condition(status, 'Ready').status).toBe('True');
      expect(await gate()).toMatchObject({ maxInstances: 2, mode: 'Hold', slots: ['prod-0', 'prod-1', 'prod-2'] });
      expect((await gate()).seated).toHaveLength(3);
      const events = await until('the Event', waitMilliseconds, async () => {
        const found = await kubectl(place, [
          'get',
          'events',
          '-o',
          'jsonpath={range .items[?(@.reason=="SurplusInstances")]}{.type} {.count}{"\\n"}{end}',
        ]);
        return found.trim() !== '' && found.trim().split('\n');
      });
      expect(events).toHaveLength(1);
      expect(events[0]).toContain('Warning');
    },
    testTimeoutMilliseconds,
  );

  it(
    'writes the gate before the status, in the order of the API server own log',
    async () => {
      await poolOfThree();
      // With its last words about the start, such as that all have been Ready for long enough.
      const before = await untilQuiet(2000, writes);

      await setSpec(place, { maxInstances: 2 });
      await untilStatus(place, 'the new maximum', ({ maxInstances }) => maxInstances === 2);

      const later = (await writes()).slice(before.length);
      expect(later[0]).toBe('update configmaps prod-seats');
      expect(later.filter((write) => write === 'patch gatewaypools prod').length).toBeGreaterThan(0);
      expect(later.some((write) => write.includes('deployments'))).toBe(false);
    },
    testTimeoutMilliseconds,
  );

  it(
    'does not replace a surplus instance that somebody stops, and is within its maximum then',
    async () => {
      await poolOfThree();
      await setSpec(place, { maxInstances: 2 });
      await untilStatus(place, 'the new maximum', ({ maxInstances }) => maxInstances === 2);

      await place.cluster.client.delete(deploymentType, { namespace: place.namespace, name: 'prod-1' });

      const status = await untilStatus(place, 'no surplus', ({ surplusInstances }) => surplusInstances === 0);
      expect(condition(status, 'CapExceeded').status).toBe('False');
      expect(await slotsOf(place)).toEqual(['prod-0', 'prod-2']);
      await untilSeen(
        'the gate to open again',
        waitMilliseconds,
        () => gate(),
        (seen) => seen.mode === 'SelfHeal',
      );
      expect(place.node.started.size).toBe(3);
    },
    testTimeoutMilliseconds,
  );

  it(
    'does not give the seat of a surplus pod to its replacement: no gateway starts that the maximum has no room for',
    async () => {
      await poolOfThree();
      await setSpec(place, { maxInstances: 2 });
      await untilStatus(place, 'the new maximum', ({ maxInstances }) => maxInstances === 2);

      const { items } = await place.cluster.client.list(podType, {
        namespace: place.namespace,
        labelSelector: `${labels.slot}=prod-2`,
      });
      await place.cluster.client.delete(podType, { namespace: place.namespace, name: items[0]?.metadata.name ?? '' });

      const status = await untilStatus(place, 'no surplus', ({ surplusInstances }) => surplusInstances === 0);
      expect(await slotsOf(place)).toEqual(['prod-0', 'prod-1']);
      expect(status.readyInstances).toBe(2);
      expect(place.node.started.size).toBe(3);
    },
    testTimeoutMilliseconds,
  );

  it(
    'keeps the seat of an instance that still ends its sessions',
    async () => {
      await poolOfThree();
      const { items } = await place.cluster.client.list(podType, {
        namespace: place.namespace,
        labelSelector: `${labels.slot}=prod-1`,
      });
      const name = items[0]?.metadata.name ?? '';
      place.node.busy.add(name);

      await place.cluster.client.delete(deploymentType, { namespace: place.namespace, name: 'prod-1' });
      await until('the pod to end', waitMilliseconds, async () => {
        const pod = await find(place, podType, name);
        return pod?.metadata.deletionTimestamp !== undefined;
      });
      const waiting = await untilStatus(place, 'two ready', ({ readyInstances }) => readyInstances === 2);

      expect(waiting.occupiedSeats).toBe(3);
      expect(place.node.started.size).toBe(3);
      place.node.busy.delete(name);
      await untilStatus(place, 'three ready again', ({ readyInstances }) => readyInstances === 3);
    },
    testTimeoutMilliseconds,
  );
});

describe('a start gate that somebody edits by hand', () => {
  it.each([
    {
      name: 'strikes all slots out of it',
      edit: (text: string) => text.replace(/slots:\n(?: {2}- .*\n)+/u, 'slots: []\n'),
    },
    {
      name: 'makes it newer than the pool',
      edit: (text: string) => text.replace(/poolGeneration: \d+/u, 'poolGeneration: 999'),
    },
    { name: 'names a slot of nobody', edit: (text: string) => text.replace('slots:\n', 'slots:\n  - elsewhere-7\n') },
  ])(
    'is written anew from what runs when that person $name, and no instance is stopped',
    async ({ edit }) => {
      await poolOfThree();
      const configMap = await find<ConfigMap>(place, configMapType, 'prod-seats');
      const before = configMap?.data?.['seats.yaml'] ?? '';
      const edited = edit(before);

      await place.cluster.client.mergePatch(
        configMapType,
        { namespace: place.namespace, name: 'prod-seats' },
        { data: { 'seats.yaml': edited } },
      );

      expect(edited).not.toBe(before);
      await until('the gate as it was', waitMilliseconds, async () => {
        const { slots, poolGeneration, mode } = await gate();
        return slots.join() === 'prod-0,prod-1,prod-2' && poolGeneration === 1 && mode === 'SelfHeal';
      });
      expect(place.node.started.size).toBe(3);
      expect(await slotsOf(place)).toEqual(['prod-0', 'prod-1', 'prod-2']);
      await setSpec(place, { maxInstances: 4 });
      await untilStatus(place, 'four ready', ({ readyInstances }) => readyInstances === 4);
    },
    testTimeoutMilliseconds,
  );
});

describe('raising the maximum', () => {
  it(
    'starts the instances that are missing',
    async () => {
      await poolOfThree();

      await setSpec(place, { maxInstances: 4 });

      await untilStatus(place, 'four ready', ({ readyInstances }) => readyInstances === 4);
      expect(await slotsOf(place)).toEqual(['prod-0', 'prod-1', 'prod-2', 'prod-3']);
    },
    testTimeoutMilliseconds,
  );

  it(
    'counts external instances first',
    async () => {
      const externalInstances = [{ name: 'dc2', platform: 'Linux' }];

      await createPool(place, { maxInstances: 3, externalInstances });

      const status = await untilStatus(place, 'two ready', ({ readyInstances }) => readyInstances === 2);
      expect(status).toMatchObject({ occupiedSeats: 3, desiredInstances: 2, surplusInstances: 0 });
      expect(await slotsOf(place)).toEqual(['prod-0', 'prod-1']);
    },
    testTimeoutMilliseconds,
  );
});

/** Writes of the operator in this namespace so far, as `verb resource name`. */
async function writes(): Promise<string[]> {
  const requests = await auditedRequests(place.cluster.controlPlane.auditLogPath, 'gatewaypool-operator/0.1.0');
  return requests
    .filter(({ requestURI }) => requestURI.includes(`/namespaces/${place.namespace}/`))
    .filter(({ verb }) => ['create', 'update', 'patch', 'delete'].includes(verb))
    .map(({ verb, objectRef }) => `${verb} ${objectRef?.resource} ${objectRef?.name ?? ''}`.trim())
    .filter((write) => !write.includes('leases') && !write.includes('events'));
}
