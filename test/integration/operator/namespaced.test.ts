import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { renderChart } from '../../../scripts/install-files.ts';
import { gatewayPoolType, labels } from '../../../src/api/identity.ts';
import { deploymentType } from '../../../src/operator/resources.ts';
import { controlPlaneTimeoutMilliseconds } from '../../cluster/control-plane.ts';
import { untilSeen } from '../../cluster/until.ts';
import type { Pool, TestCluster } from './cluster.ts';
import { createConfig, poolIn, startTestCluster, untilStatus, waitMilliseconds } from './cluster.ts';
import type { OperatorProcess } from './operator-process.ts';
import { operatorNamespace, startOperator } from './operator-process.ts';
import { testTimeoutMilliseconds } from './workplace.ts';

let cluster: TestCluster;
let operator: OperatorProcess | undefined;

beforeAll(async () => {
  cluster = await startTestCluster();
}, controlPlaneTimeoutMilliseconds);

afterAll(async () => {
  await operator?.stop('SIGTERM');
  await cluster.stop();
});

it(
  'an operator of one namespace needs no right outside of it, and leaves other namespaces alone',
  async () => {
    const [watched, other] = [await cluster.namespace(), await cluster.namespace()];
    const { controlPlane, client } = cluster;
    await controlPlane.kubectl(['delete', 'clusterrole,clusterrolebinding', 'gatewaypool-operator']);
    const values = [
      '--set',
      `watchNamespace=${watched},crds.enabled=false,image.repository=registry.example/gatewaypool`,
    ];
    await controlPlane.kubectl(
      ['apply', '--server-side', '--force-conflicts', '-f', '-'],
      await renderChart(operatorNamespace, values),
    );
    for (const namespace of [watched, other]) {
      await createConfig({ cluster, namespace });
      await client.create(gatewayPoolType, poolIn(namespace, { maxInstances: 2 }));
    }

    const started = await startOperator(controlPlane, { flags: ['--watch-namespace', watched] });
    operator = started;

    await untilStatus({ cluster, namespace: watched }, 'two instances', ({ replicas }) => replicas === 2);
    const untouched = await client.get<Pool>(gatewayPoolType, { namespace: other, name: 'prod' });
    expect(untouched.status).toEqual({ observedGeneration: -1 });
    expect((await client.list(deploymentType, { namespace: other, labelSelector: labels.pool })).items).toEqual([]);
    await untilSeen(
      'its Events',
      waitMilliseconds,
      () => controlPlane.kubectl(['get', 'events', '-n', watched]),
      (seen) => seen.includes('SlotStarted'),
    );
    expect(started.output()).not.toContain('Forbidden');
  },
  testTimeoutMilliseconds,
);
