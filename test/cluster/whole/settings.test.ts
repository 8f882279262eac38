import { describe, expect, it } from '@jest/globals';
import { clusterSettings } from './settings.ts';

describe('clusterSettings', () => {
  it('starts two nodes and notices the loss of one within seconds, unless told otherwise', () => {
    expect(clusterSettings({})).toMatchObject({ nodes: 2, nodeGraceSeconds: 10, unreachableSeconds: 5 });
  });

  it('takes what the environment says; an empty variable counts as absent', () => {
    const settings = clusterSettings({
      GATEWAYPOOL_CLUSTER_NODES: '3',
      GATEWAYPOOL_CLUSTER_PROXY_MODE: 'iptables',
      GATEWAYPOOL_CLUSTER_NODE_GRACE_SECONDS: '',
    });

    expect(settings).toMatchObject({ nodes: 3, proxyMode: 'iptables', nodeGraceSeconds: 10 });
  });

  it('gives two state directories two cgroups: kubelets remove pods of others from theirs', () => {
    const [first, second, again] = ['/a', '/b', '/a'].map((directory) =>
      clusterSettings({ GATEWAYPOOL_CLUSTER_STATE: directory }),
    );

    expect(first?.cgroupParent).toMatch(/^gatewaypool-[0-9a-f]{12}$/);
    expect(first?.cgroupParent).not.toBe(second?.cgroupParent);
    expect(first?.cgroupParent).toBe(again?.cgroupParent);
  });

  it.each([
    { name: 'GATEWAYPOOL_CLUSTER_NODES', value: '4' },
    { name: 'GATEWAYPOOL_CLUSTER_NODES', value: 'two' },
    { name: 'GATEWAYPOOL_CLUSTER_STATE', value: 'relative/path' },
    { name: 'GATEWAYPOOL_CLUSTER_PROXY_MODE', value: 'ipvs' },
    { name: 'GATEWAYPOOL_CLUSTER_UNREACHABLE_SECONDS', value: '0' },
  ])('refuses $name=$value by name', ({ name, value }) => {
    expect(() => clusterSettings({ [name]: value })).toThrow(name);
  });
});
