import { stringify } from 'yaml';
import { controlPlaneAddress, dnsAddress, nodeAddress, nodeName, nodePodCidr, podCidr } from './addresses.ts';
import type { ClusterSettings } from './settings.ts';

/** Configuration files of a node's programs. */

export const pauseImage = 'gatewaypool.test/pause:1';
export const containerdSocket = '/run/containerd/containerd.sock';

/** For containerd 1.6 and 1.7, which Debian has. */
export function containerdConfiguration(snapshotter: 'overlayfs' | 'native'): string {
  return `version = 2
root = "/var/lib/containerd"
state = "/run/containerd"
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.internal.v1.tracing", "io.containerd.internal.v1.opt"]

[grpc]
  address = "${containerdSocket}"

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseImage}"
  disable_apparmor = true
  # Without CAP_SYS_RESOURCE, runc cannot lower oom_score_adj: "can't get final child's PID from pipe: EOF".
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "/etc/cni/net.d"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "${snapshotter}"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
`;
}

/** https://www.cni.dev/plugins/current/main/bridge/ — no masquerade: pods reach pods by their own addresses, and nothing else. */
export function cniConfiguration(node: number): string {
  const ipam = { type: 'host-local', dataDir: '/run/cni', ranges: [[{ subnet: nodePodCidr(node) }]] };
  return JSON.stringify({
    cniVersion: '1.0.0',
    name: 'pods',
    plugins: [
      { type: 'bridge', bridge: 'cni0', isDefaultGateway: true, ipMasq: false, hairpinMode: true, ipam },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  });
}

export interface KubeletFiles {
  readonly caFile: string;
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly resolvConf: string;
}

/** https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/ */
export function kubeletConfiguration(node: number, files: KubeletFiles, settings: ClusterSettings): string {
  return stringify({
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: nodeAddress(node),
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: false },
      x509: { clientCAFile: files.caFile },
    },
    authorization: { mode: 'AlwaysAllow' },
    tlsCertFile: files.certificateFile,
    tlsPrivateKeyFile: files.keyFile,
    containerRuntimeEndpoint: `unix://${containerdSocket}`,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${settings.cgroupParent}/${nodeName(node)}`,
    // Kubernetes 1.37 refuses cgroup v1 unless told otherwise.
    failCgroupV1: false,
    failSwapOn: false,
    clusterDNS: [dnsAddress],
    clusterDomain: 'cluster.local',
    resolvConf: files.resolvConf,
    serializeImagePulls: false,
    // Images cannot be pulled again, so none may be collected, however full the disk.
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    evictionHard: {
      'memory.available': '100Mi',
      'nodefs.available': '0%',
      'imagefs.available': '0%',
      'nodefs.inodesFree': '0%',
    },
    nodeStatusUpdateFrequency: `${settings.nodeStatusSeconds}s`,
    nodeLeaseDurationSeconds: settings.nodeLeaseSeconds,
    shutdownGracePeriod: '0s',
    registerNode: true,
    maxPods: 110,
    oomScoreAdj: 0,
    kubeAPIQPS: 200,
    kubeAPIBurst: 400,
  });
}

/** https://kubernetes.io/docs/reference/config-api/kube-proxy-config.v1alpha1/ */
export function kubeProxyConfiguration(node: number, kubeconfigFile: string, settings: ClusterSettings): string {
  return stringify({
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: settings.proxyMode,
    bindAddress: nodeAddress(node),
    healthzBindAddress: '127.0.0.1:10256',
    metricsBindAddress: '127.0.0.1:10249',
    hostnameOverride: nodeName(node),
    oomScoreAdj: 0,
    clusterCIDR: podCidr,
    detectLocalMode: 'ClusterCIDR',
    clientConnection: { kubeconfig: kubeconfigFile },
    // 0 = leave nf_conntrack_max alone: it is read-only outside the machine's own network namespace.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
    iptables: { minSyncPeriod: '100ms' },
    nftables: { minSyncPeriod: '100ms' },
  });
}

/** No forward plugin: names outside the cluster do not resolve, and nothing leaves it. */
export function corefile(kubeconfigFile: string): string {
  return `.:53 {
  bind ${controlPlaneAddress} 127.0.0.1
  kubernetes cluster.local in-addr.arpa {
    kubeconfig ${kubeconfigFile}
    ttl 1
  }
  errors
}
`;
}
