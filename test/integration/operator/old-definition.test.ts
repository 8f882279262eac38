import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { gatewayPoolDefinition } from '../../../src/api/crd/definition.ts';
import { isRecord } from '../../../src/kube/json.ts';
import { controlPlaneTimeoutMilliseconds } from '../../cluster/control-plane.ts';
import { until } from '../../cluster/until.ts';
import type { TestCluster } from './cluster.ts';
import { startTestCluster, waitMilliseconds } from './cluster.ts';
import type { OperatorProcess } from './operator-process.ts';
import { startOperator } from './operator-process.ts';
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

/** The definition as an older version had it: without these members of the spec. */
function definitionWithout(...members: readonly string[]): unknown {
  return JSON.parse(JSON.stringify(gatewayPoolDefinition()), (key, value: unknown) => {
    if (key !== 'properties' || !isRecord(value) || value['maxInstances'] === undefined) return value;
    return Object.fromEntries(Object.entries(value).filter(([name]) => !members.includes(name)));
  });
}

it(
  'an operator that is newer than the installed definition says which fields get lost',
  async () => {
    const definition = JSON.stringify(definitionWithout('paused', 'surplusInstances'));
    await cluster.controlPlane.kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], definition);
    const served = ['get', '--raw', '/openapi/v3/apis/pam.gatewaypool.io/v1alpha1'];
    await until(
      'the old definition to be served',
      waitMilliseconds,
      async () => !(await cluster.controlPlane.kubectl(served)).includes('surplusInstances'),
    );

    const started = await startOperator(cluster.controlPlane);
    operator = started;

    const line = await until('the complaint', waitMilliseconds, () =>
      started.log().find(({ missing }) => missing !== undefined),
    );
    expect(line['missing']).toEqual(['spec.paused', 'status.surplusInstances']);
    expect(line.msg).toContain('older than this operator');
    expect(line['level']).toBe(50);
  },
  testTimeoutMilliseconds,
);
