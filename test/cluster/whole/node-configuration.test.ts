import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { nodeAddress, nodePodCidr } from './addresses.ts';
import {
  cniConfiguration,
  containerdConfiguration,
  kubeProxyConfiguration,
  kubeletConfiguration,
} from './node-configuration.ts';
import { clusterSettings } from './settings.ts';

const settings = clusterSettings({
  GATEWAYPOOL_CLUSTER_NODE_STATUS_SECONDS: '3',
  GATEWAYPOOL_CLUSTER_NODE_LEASE_SECONDS: '12',
});
const files = {
  caFile: '/pki/ca.crt',
  certificateFile: '/pki/n1.crt',
  keyFile: '/pki/n1.key',
  resolvConf: '/n1/resolv.conf',
};

describe('the configuration of a node', () => {
  it('keeps its kubelet inside the cgroup of its cluster', () => {
    const kubelet = parse(kubeletConfiguration(2, files, settings));

    expect(kubelet.cgroupRoot).toBe(`/${settings.cgroupParent}/n2`);
    expect(kubelet.address).toBe('10.77.0.12');
  });

  it('reports as often as the settings say', () => {
    const kubelet = parse(kubeletConfiguration(1, files, settings));

    expect(kubelet).toMatchObject({ nodeStatusUpdateFrequency: '3s', nodeLeaseDurationSeconds: 12 });
  });

  it('never collects an image: it could not be pulled again', () => {
    const kubelet = parse(kubeletConfiguration(1, files, settings));

    expect(kubelet.imageGCHighThresholdPercent).toBe(100);
    expect(kubelet.evictionHard['imagefs.available']).toBe('0%');
  });

  it('hands out pod addresses of its own range and does not hide them', () => {
    const [bridge] = JSON.parse(cniConfiguration(3)).plugins;

    expect(bridge).toMatchObject({ ipMasq: false, ipam: { ranges: [[{ subnet: '10.244.3.0/24' }]] } });
  });

  it('leaves the machine-wide connection tracking limits alone', () => {
    const proxy = parse(kubeProxyConfiguration(1, '/k', settings));

    expect(proxy).toMatchObject({ mode: 'nftables', conntrack: { maxPerCore: 0, min: 0 } });
  });

  it.each(['overlayfs', 'native'] as const)('unpacks images with %s', (snapshotter) => {
    expect(containerdConfiguration(snapshotter)).toContain(`snapshotter = "${snapshotter}"`);
  });

  it('gives every node addresses of its own', () => {
    const addresses = [1, 2, 3].flatMap((node) => [nodeAddress(node), nodePodCidr(node)]);

    expect(new Set(addresses).size).toBe(6);
  });
});
