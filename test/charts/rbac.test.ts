import { beforeAll, describe, expect, it } from '@jest/globals';
import { gatewayRole } from '../../src/operator/render/gateway-role.ts';
import { renderedPool } from '../operator/render/rendered-pool.ts';
import { runHelm } from '../../scripts/install-files.ts';
import type { Manifest, PolicyRule } from './manifests.ts';
import { chartObjects } from './manifests.ts';

const firstBuildMilliseconds = 10 * 60_000;

let everywhere: Manifest[];
let inOneNamespace: Manifest[];

beforeAll(async () => {
  await runHelm(['version']);
  everywhere = await chartObjects();
  inOneNamespace = await chartObjects('watchNamespace=team-a');
}, firstBuildMilliseconds);

function rulesOf(objects: readonly Manifest[], kind: string, name: string): readonly PolicyRule[] {
  return objects.find((object) => object.kind === kind && object.metadata.name === name)?.rules ?? [];
}

/** Each right on its own: group, resource and verb. */
function rights(rules: readonly PolicyRule[]): string[] {
  return rules.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) => resources.flatMap((resource) => verbs.map((verb) => `${group}/${resource}:${verb}`))),
  );
}

describe('the rights in the chart', () => {
  it('have no wildcard, and none of the verbs with which rights can be widened', () => {
    const all = [...everywhere, ...inOneNamespace].flatMap((object) => object.rules ?? []);

    const words = all.flatMap(({ apiGroups, resources, verbs }) => [...apiGroups, ...resources, ...verbs]);

    expect(words.length).toBeGreaterThan(0);
    for (const forbidden of ['*', 'escalate', 'bind', 'impersonate', 'pods/exec', 'serviceaccounts/token']) {
      expect(words).not.toContain(forbidden);
    }
  });

  it('of the operator cover what it grants to the sidecars: the API server refuses a Role beyond them', () => {
    const held = rights(rulesOf(everywhere, 'ClusterRole', 'gatewaypool-operator'));

    for (const granted of rights(gatewayRole(renderedPool()).rules)) {
      expect(held).toContain(granted);
    }
  });

  it('of the operator never write what is the user own: the spec of a pool', () => {
    const held = rights(rulesOf(everywhere, 'ClusterRole', 'gatewaypool-operator'));

    const onPools = held.filter((right) => right.startsWith('pam.gatewaypool.io/gatewaypools:'));
    expect(onPools.sort()).toEqual(['get', 'list', 'watch'].map((verb) => `pam.gatewaypool.io/gatewaypools:${verb}`));
  });

  it.each([
    { what: 'pods, which end by their Deployments alone', resource: '/pods', verbs: ['get', 'list', 'patch', 'watch'] },
    { what: 'the templates that slots go back to', resource: 'apps/replicasets', verbs: ['list'] },
    {
      what: 'the Deployments of slots',
      resource: 'apps/deployments',
      verbs: ['create', 'delete', 'get', 'list', 'patch', 'watch'],
    },
    { what: 'nodes', resource: '/nodes', verbs: ['list', 'watch'] },
  ])('of the operator on $what are no more than it uses', ({ resource, verbs }) => {
    const held = rights(rulesOf(everywhere, 'ClusterRole', 'gatewaypool-operator'));

    const onResource = held.filter((right) => right.startsWith(`${resource}:`));
    expect(onResource.sort()).toEqual(verbs.map((verb) => `${resource}:${verb}`));
  });

  it('with watchNamespace are Roles, and reach no other namespace', () => {
    const roles = inOneNamespace.filter(({ kind }) => kind === 'Role');

    expect(new Set(roles.map(({ metadata }) => metadata.namespace))).toEqual(new Set(['gatewaypool-system', 'team-a']));
    expect(inOneNamespace.filter(({ kind }) => kind === 'ClusterRoleBinding')).toEqual([]);
    expect(rights(rulesOf(inOneNamespace, 'Role', 'gatewaypool-operator'))).not.toContain('/nodes:list');
  });

  it.each([
    { role: 'gatewaypool-view', groups: ['view', 'edit', 'admin'], verbs: ['get', 'list', 'watch'] },
    {
      role: 'gatewaypool-edit',
      groups: ['edit', 'admin'],
      verbs: ['create', 'delete', 'deletecollection', 'patch', 'update'],
    },
  ])('let the cluster own roles $groups do $verbs with pools', ({ role, groups, verbs }) => {
    const found = everywhere.find(({ kind, metadata }) => kind === 'ClusterRole' && metadata.name === role);

    const labels = Object.keys(found?.metadata.labels ?? {}).filter((label) => label.includes('aggregate-to'));
    expect(labels.sort()).toEqual(groups.map((group) => `rbac.authorization.k8s.io/aggregate-to-${group}`).sort());
    const onPools = rights(found?.rules ?? []).filter((right) => right.startsWith('pam.gatewaypool.io/gatewaypools:'));
    expect(onPools).toEqual(verbs.map((verb) => `pam.gatewaypool.io/gatewaypools:${verb}`));
  });

  it('leave the roles of the cluster alone when that is asked for', async () => {
    const objects = await chartObjects('rbac.aggregate=false');

    expect(objects.filter(({ kind }) => kind === 'ClusterRole').map(({ metadata }) => metadata.name)).toEqual([
      'gatewaypool-operator',
    ]);
  });
});
