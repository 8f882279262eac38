import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { defaultDurations } from '../../../src/kube/leader/durations.ts';
import { podType } from '../../../src/operator/resources.ts';
import { auditedRequests } from '../audit-log.ts';
import { createPool, kubectl, setSpec, slotsOf, untilStatus } from './cluster.ts';
import type { OperatorProcess } from './operator-process.ts';
import { operatorNamespace, startOperator } from './operator-process.ts';
import { untilQuiet } from './quiet.ts';
import { testTimeoutMilliseconds, workplace } from './workplace.ts';

const place = workplace({ operator: false, node: true });
let operators: OperatorProcess[];

beforeEach(() => {
  operators = [];
});

afterEach(async () => {
  await Promise.all(operators.map((each) => each.stop('SIGKILL')));
  // The next test's operator must not wait for the Lease of one that was killed.
  const lease = { cluster: place.cluster, namespace: operatorNamespace };
  await kubectl(lease, ['delete', 'lease', 'gatewaypool-operator', '--ignore-not-found']);
}, testTimeoutMilliseconds);

async function operator(...flags: string[]): Promise<OperatorProcess> {
  const started = await startOperator(place.cluster.controlPlane, { instance: `operator-${operators.length}`, flags });
  operators.push(started);
  return started;
}

/** How many slots had a Deployment, at every look until `signal`. */
async function countSlots(signal: AbortSignal): Promise<number[]> {
  const seen: number[] = [];
  while (!signal.aborted) {
    seen.push((await slotsOf(place)).length);
    await sleep(20);
  }
  return seen;
}

/** Small and repeatable: a failing run can be run again with the same numbers. */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('an operator that is killed while it starts a pool', () => {
  it(
    'never makes more Deployments than the maximum, and the next one goes on from what the cluster says',
    async () => {
      const random = numbersFrom(20_261_122);
      const watching = new AbortController();
      const counting = countSlots(watching.signal);
      await createPool(place, { maxInstances: 3 });

      try {
        for (let round = 0; round < 6; round += 1) {
          const victim = await operator('--no-leader-elect');
          await victim.wrote('Filled the caches');
          await sleep(random() * 400);
          await victim.stop('SIGKILL');
        }
        await operator('--no-leader-elect');
        await untilStatus(place, 'three instances', ({ replicas, occupiedSeats, maxInstances }) => {
          return replicas === 3 && occupiedSeats === 3 && maxInstances === 3;
        });
      } finally {
        watching.abort();
      }

      const seen = await counting;
      expect(Math.max(...seen)).toBeLessThanOrEqual(3);
    },
    testTimeoutMilliseconds,
  );
});

describe('two operators', () => {
  it(
    'share one Lease: only its holder writes, and the other one takes over when it stops',
    async () => {
      const first = await operator();
      await first.wrote('Became the leader');
      const second = await operator();
      await second.wrote('Waiting for the lease');

      await createPool(place, { maxInstances: 2 });
      await untilStatus(place, 'two instances', ({ replicas }) => replicas === 2);

      expect(second.output()).not.toContain('Started slot');
      expect(first.output()).toContain('Started slot');
      const stopped = performance.now();
      expect(await first.stop('SIGTERM')).toBe(0);
      await second.wrote('Became the leader');
      // Without the first one giving it back, the Lease would have to run out.
      expect(performance.now() - stopped).toBeLessThan(defaultDurations.leaseMilliseconds);
      await setSpec(place, { maxInstances: 3 });
      await untilStatus(place, 'three instances', ({ replicas }) => replicas === 3);
      expect(second.output()).toContain('Started slot prod-2');
    },
    testTimeoutMilliseconds,
  );

  it(
    'that both believe to be alone never exceed the maximum together',
    async () => {
      await Promise.all([operator('--no-leader-elect'), operator('--no-leader-elect'), operator('--no-leader-elect')]);
      for (const each of operators) await each.wrote('Filled the caches');

      await createPool(place, { maxInstances: 3 });
      await untilStatus(place, 'three ready', ({ readyInstances }) => readyInstances === 3);
      await setSpec(place, { maxInstances: 4 });
      await untilStatus(place, 'four ready', ({ readyInstances }) => readyInstances === 4);

      expect((await slotsOf(place)).length).toBe(4);
      expect(place.node.started.size).toBe(4);
    },
    testTimeoutMilliseconds,
  );
});

describe('an API server that goes away', () => {
  const outages = [
    { name: 'costs an operator without a Lease nothing', flags: ['--no-leader-elect'], seconds: 3, ends: false },
    // Longer than a leader may go without renewing its Lease.
    { name: 'ends an operator that cannot hold its Lease, and a new one goes on', flags: [], seconds: 13, ends: true },
  ];

  it.each(outages)(
    '$name: no instance is lost or doubled, and what changed meanwhile is done afterwards',
    async ({ flags, seconds, ends }) => {
      const first = await operator(...flags);
      await createPool(place, { maxInstances: 3 });
      await untilStatus(place, 'three ready', ({ readyInstances }) => readyInstances === 3);
      const before = await podUids();

      await place.cluster.controlPlane.stopApiServer('SIGKILL');
      await sleep(seconds * 1000);
      const second = ends ? await operator(...flags) : first;
      await place.cluster.controlPlane.startApiServer();
      await setSpec(place, { maxInstances: 4 });

      const status = await untilStatus(
        place,
        'four ready',
        ({ readyInstances }) => readyInstances === 4,
        'prod',
        // The controller-manager's own watches sleep on for a while after an outage, and it makes the fourth pod.
        150_000,
      );
      expect(status.replicas).toBe(4);
      expect(place.node.started.size).toBe(4);
      expect(await podUids()).toEqual(expect.arrayContaining(before));
      expect([first.child.exitCode, second.child.exitCode]).toEqual(ends ? [1, null] : [null, null]);
    },
    2 * testTimeoutMilliseconds,
  );
});

async function podUids(): Promise<(string | undefined)[]> {
  const { items } = await place.cluster.client.list(podType, { namespace: place.namespace });
  return items.map(({ metadata }) => metadata.uid);
}

describe('a steady pool', () => {
  it(
    'costs no request and no write',
    async () => {
      await operator();
      await createPool(place, { maxInstances: 3 });
      await untilStatus(place, 'three ready', ({ readyInstances }) => readyInstances === 3);
      const before = await untilQuiet(2000, requests);

      await sleep(10_000);

      expect((await requests()).slice(before.length)).toEqual([]);
    },
    testTimeoutMilliseconds,
  );
});

/** Requests of the operators about this namespace so far, without the watches. The Lease is in another one. */
async function requests(): Promise<string[]> {
  const all = await auditedRequests(place.cluster.controlPlane.auditLogPath, 'gatewaypool-operator/0.1.0');
  return all
    .filter(({ verb }) => verb !== 'watch')
    .filter(({ requestURI }) => requestURI.includes(`/namespaces/${place.namespace}/`))
    .map(({ verb, requestURI }) => `${verb} ${requestURI}`);
}
