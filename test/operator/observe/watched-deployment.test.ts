import { describe, expect, it } from '@jest/globals';
import type { WatchedDeployment } from '../../../src/operator/observe/watched-deployment.ts';
import { observeDeployment, trimDeployment } from '../../../src/operator/observe/watched-deployment.ts';
import { slotDeployment } from '../../../src/operator/render/slot-deployment.ts';
import { renderedPool } from '../render/rendered-pool.ts';

const pool = renderedPool();
const inputs = { configSecretName: 'prod-config-0123456789', balancerImage: 'balancer:1', revision: 'r1' };

/** Only with the copy that it has is it what the pool asks for. */
const revisionWith = (copy: string): string => (copy === inputs.configSecretName ? 'r1' : 'r2');

/** A slot's Deployment as it was created, changed by somebody. */
function deploymentOf(
  metadata: Partial<WatchedDeployment['metadata']> = {},
  spec: WatchedDeployment['spec'] = {},
): WatchedDeployment {
  const rendered: WatchedDeployment = slotDeployment(pool, 'prod-0', inputs);
  return {
    ...rendered,
    metadata: { ...rendered.metadata, uid: 'uid-1', resourceVersion: '7', ...metadata },
    spec: { ...rendered.spec, ...spec },
  };
}

const observed = (
  deployment: WatchedDeployment,
  isDrift = (_slot: string, _fields: readonly unknown[]): boolean => false,
): ReturnType<typeof observeDeployment> =>
  observeDeployment(trimDeployment(deployment), pool, 'prod-0', { isDrift, revisionWith });

describe('observeDeployment', () => {
  it('finds nothing to put back in what was created', () => {
    expect(observed(deploymentOf())).toEqual({
      uid: 'uid-1',
      resourceVersion: '7',
      replicas: 1,
      revision: 'r1',
      deleting: false,
      drift: [],
      editedSettings: [],
      templateDrift: false,
      configCopy: 'prod-config-0123456789',
      differsBesidesConfig: false,
      available: false,
      updated: false,
      lastGood: undefined,
      failedRevision: undefined,
      stopRequested: false,
    });
  });

  it.each([
    {
      name: 'somebody else',
      manager: 'kubectl-edit',
      fields: { 'f:minReadySeconds': {} },
      edited: ['minReadySeconds'],
    },
    { name: 'the operator', manager: 'gatewaypool-operator', fields: { 'f:minReadySeconds': {} }, edited: [] },
    {
      name: 'nobody else, though they wrote others',
      manager: 'kubectl-edit',
      fields: { 'f:replicas': {} },
      edited: [],
    },
  ])('sees that $name wrote a setting that differs', ({ manager, fields, edited }) => {
    const entry = { manager, fieldsV1: { 'f:spec': fields } };
    const deployment = deploymentOf({ managedFields: [entry] }, { minReadySeconds: 60 });

    expect(observed(deployment)).toMatchObject({ drift: ['minReadySeconds'], editedSettings: edited });
  });

  it.each([
    { name: 'its copy alone is another', revision: 'r1', differs: false },
    { name: 'more than its copy is another', revision: 'r0', differs: true },
    { name: 'somebody removed its revision', revision: undefined, differs: true },
  ])('knows when $name', ({ revision, differs }) => {
    const { template } = deploymentOf().spec ?? {};
    const noted = revision === undefined ? {} : { 'pam.gatewaypool.io/revision': revision };
    const deployment = deploymentOf({}, { template: { ...template, metadata: { annotations: noted } } });

    expect(observed(deployment).differsBesidesConfig).toBe(differs);
  });

  it('knows nothing of one that refers to no copy', () => {
    const { template } = deploymentOf().spec ?? {};

    expect(observed(deploymentOf({}, { template: { ...template, spec: {} } })).differsBesidesConfig).toBe(true);
  });

  const ours = deploymentOf().metadata;
  const { 'pam.gatewaypool.io/slot': _slot, ...unlabelled } = ours.labels ?? {};
  const [owner] = ours.ownerReferences ?? [];
  it.each([
    {
      name: 'a label that is gone',
      deployment: deploymentOf({ labels: unlabelled }),
      drift: ['label pam.gatewaypool.io/slot'],
    },
    {
      name: 'a label with another value',
      deployment: deploymentOf({ labels: { ...ours.labels, 'app.kubernetes.io/instance': 'x' } }),
      drift: ['label app.kubernetes.io/instance'],
    },
    { name: 'an owner that is gone', deployment: deploymentOf({ ownerReferences: [] }), drift: ['ownerReferences'] },
    {
      name: 'an owner that controls no more',
      deployment: deploymentOf({ ownerReferences: owner === undefined ? [] : [{ ...owner, controller: false }] }),
      drift: ['ownerReferences'],
    },
    {
      name: 'another strategy',
      deployment: deploymentOf({}, { strategy: { type: 'RollingUpdate' } }),
      drift: ['strategy'],
    },
    {
      name: 'a progress deadline',
      deployment: deploymentOf({}, { progressDeadlineSeconds: 600 }),
      drift: ['progressDeadlineSeconds'],
    },
    {
      name: 'another history',
      deployment: deploymentOf({}, { revisionHistoryLimit: 2 }),
      drift: ['revisionHistoryLimit'],
    },
    {
      name: 'another time until an instance counts as available',
      deployment: deploymentOf({}, { minReadySeconds: 60 }),
      drift: ['minReadySeconds'],
    },
  ])('names $name, which can be put back without touching the pod', ({ deployment, drift }) => {
    expect(observed(deployment).drift).toEqual(drift);
  });

  it('names what a release without rollouts left out', () => {
    const { spec, ...older } = deploymentOf();
    const { minReadySeconds: _later, ...settings } = { ...spec };

    expect(observed({ ...older, spec: settings }).drift).toEqual(['minReadySeconds']);
  });

  it('takes a time of 0, which the API server leaves out, for what it is', () => {
    const impatient = renderedPool({ rollout: { minReadySeconds: 0 } });
    const { spec, ...stored } = deploymentOf();
    const { minReadySeconds: _zero, ...settings } = { ...spec };

    const seen = observeDeployment({ ...stored, spec: settings }, impatient, 'prod-0', {
      isDrift: () => false,
      revisionWith,
    });

    expect(seen.drift).toEqual([]);
  });

  it('leaves labels, owners and annotations of others alone', () => {
    const deployment = deploymentOf({
      labels: { ...ours.labels, team: 'red' },
      annotations: { 'deployment.kubernetes.io/revision': '3' },
      ownerReferences: [
        { apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: 'y' },
        ...(owner === undefined ? [] : [owner]),
      ],
    });

    expect(observed(deployment).drift).toEqual([]);
  });

  it('tells replicas, and that it is being deleted', () => {
    expect(observed(deploymentOf({ deletionTimestamp: '2026-01-01T00:00:00Z' }, { replicas: 5 }))).toMatchObject({
      replicas: 5,
      deleting: true,
    });
  });

  it('has no revision when somebody removed it', () => {
    expect(observed(deploymentOf({}, { template: { metadata: {} } })).revision).toBe('');
  });
});

describe('whether the pods of a slot are of its newest template', () => {
  it.each([
    { name: 'of one pod, as Kubernetes says', status: { observedGeneration: 3, updatedReplicas: 1 }, updated: true },
    {
      name: 'of several, after somebody scaled it',
      status: { observedGeneration: 3, updatedReplicas: 4 },
      updated: true,
    },
    { name: 'not of an older one', status: { observedGeneration: 3, updatedReplicas: 0 }, updated: false },
    {
      name: 'not known of a template that is newer',
      status: { observedGeneration: 2, updatedReplicas: 1 },
      updated: false,
    },
    { name: 'not known without a status', status: {}, updated: false },
  ])('is told $name', ({ status, updated }) => {
    expect(observed({ ...deploymentOf({ generation: 3 }), status }).updated).toBe(updated);
  });
});

describe('whether the slot is available', () => {
  const available = { observedGeneration: 3, updatedReplicas: 1, availableReplicas: 1 };
  it.each([
    { name: 'Kubernetes says so of the newest template', status: available, isAvailable: true },
    { name: 'the status is of an older template', status: { ...available, observedGeneration: 2 }, isAvailable: false },
    { name: 'it is an older pod that is available', status: { ...available, updatedReplicas: 0 }, isAvailable: false },
    {
      name: 'it has not been Ready for long enough',
      status: { ...available, availableReplicas: 0 },
      isAvailable: false,
    },
    { name: 'somebody scaled it up', status: { ...available, updatedReplicas: 2 }, isAvailable: false },
    { name: 'there is no status yet', status: {}, isAvailable: false },
  ])('$isAvailable when $name', ({ status, isAvailable }) => {
    expect(observed({ ...deploymentOf({ generation: 3 }), status }).available).toBe(isAvailable);
  });
});

describe('the notes on a slot', () => {
  const noted = (annotations: Record<string, string>): ReturnType<typeof observeDeployment> =>
    observed(deploymentOf({ annotations }));

  it('say what it may go back to, and what failed in it', () => {
    const lastGood = { revision: 'r0', configCopy: 'prod-config-0123456789' };

    const seen = noted({
      'pam.gatewaypool.io/last-good': JSON.stringify(lastGood),
      'pam.gatewaypool.io/failed-revision': 'r1',
    });

    expect(seen).toMatchObject({ lastGood, failedRevision: 'r1', stopRequested: false });
  });

  it.each(['', 'now', 'false'])('ask for its stop, whatever the value: %j', (value) => {
    expect(noted({ 'pam.gatewaypool.io/stop': value }).stopRequested).toBe(true);
  });
});

describe('the fields of the pod template that others set', () => {
  const template = { 'f:spec': { 'f:template': { 'f:spec': { 'f:containers': {} } } } };
  const asks: unknown[] = [];
  const drifts = (fields: readonly unknown[]): boolean => {
    asks.push(...fields);
    return true;
  };

  it.each([
    {
      name: 'by kubectl',
      entry: { manager: 'kubectl-edit', operation: 'Update' as const, fieldsV1: template },
      drift: true,
    },
    {
      name: 'by ourselves',
      entry: { manager: 'gatewaypool-operator', operation: 'Update' as const, fieldsV1: template },
      drift: false,
    },
    {
      name: 'in the status',
      entry: {
        manager: 'kube-controller-manager',
        operation: 'Update' as const,
        subresource: 'status',
        fieldsV1: template,
      },
      drift: false,
    },
    {
      name: 'outside of the template',
      entry: { manager: 'kubectl-scale', operation: 'Update' as const, fieldsV1: { 'f:spec': { 'f:replicas': {} } } },
      drift: false,
    },
  ])('$name are asked about: $drift', ({ entry, drift }) => {
    expect(observed(deploymentOf({ managedFields: [entry] }), () => drifts([])).templateDrift).toBe(drift);
  });

  it('are kept as they are, without the managed fields around them', () => {
    const trimmed = trimDeployment(deploymentOf({ managedFields: [{ manager: 'kubectl-edit', fieldsV1: template }] }));

    expect(trimmed.foreignTemplateFields).toEqual([{ 'f:spec': { 'f:containers': {} } }]);
    expect(trimmed.metadata.managedFields).toBeUndefined();
  });
});

describe('trimDeployment', () => {
  it('drops the pod template but for what tells which one it is', () => {
    const full = deploymentOf();

    expect(JSON.stringify(trimDeployment(full)).length).toBeLessThan(JSON.stringify(full).length / 3);
    expect(trimDeployment(trimDeployment(full))).toEqual(trimDeployment(full));
  });

  it('keeps no annotation that nobody reads', () => {
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': 'x', 'pam.gatewaypool.io/stop': '' };

    expect(trimDeployment(deploymentOf({ annotations })).metadata.annotations).toEqual({
      'pam.gatewaypool.io/stop': '',
    });
  });

  it('keeps that no pod could be made', () => {
    const conditions = [
      { type: 'Available', status: 'False' },
      { type: 'ReplicaFailure', status: 'True', message: 'exceeded quota' },
    ];

    expect(trimDeployment({ ...deploymentOf(), status: { conditions } }).status?.conditions).toEqual([conditions[1]]);
  });
});
