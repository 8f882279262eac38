import { type Namespace, runNetworkScript } from './namespaces.ts';
import {
  controlPlaneAddress,
  nodeAddress,
  nodeName,
  nodeNetworkPrefixLength,
  nodeNumbers,
  nodePodCidr,
  serviceCidr,
} from './addresses.ts';

/** The bridge that connects the nodes. No uplink and no default route: anything else is "Network is unreachable". */
export async function setUpClusterNetwork(cluster: Namespace, nodes: number): Promise<void> {
  await runNetworkScript(cluster, [
    'ip link set lo up',
    // A fixed MAC: a bridge without one takes the lowest of its ports', so it changes when a node loses power, and then the
    // OTHER nodes cannot reach the API server until their ARP entries time out.
    'ip link add br0 address 02:77:00:00:00:01 type bridge',
    `ip addr add ${controlPlaneAddress}/${nodeNetworkPrefixLength} dev br0`,
    'ip link set br0 up',
    'echo 1 >/proc/sys/net/ipv4/ip_forward',
    ...nodeNumbers(nodes).map((node) => `ip route add ${nodePodCidr(node)} via ${nodeAddress(node)} onlink dev br0`),
    // Service addresses, for the API server (webhooks) and for tests: node 1's kube-proxy translates them.
    `ip route add ${serviceCidr} via ${nodeAddress(1)} onlink dev br0`,
  ]);
}

/** The cable from a node to the bridge, and the node's routes to the pods of the others. */
export async function connectNode(cluster: Namespace, node: Namespace, number: number, nodes: number): Promise<void> {
  const port = `v-${nodeName(number)}`;
  // Fixed as well: a node that comes back must not wait for the others' ARP entries.
  const mac = `02:77:00:00:01:0${number}`;
  await runNetworkScript(cluster, [
    `ip link del ${port} 2>/dev/null || true`,
    `ip link add ${port} type veth peer name eth0 address ${mac} netns ${node.init.pid}`,
    `ip link set ${port} master br0 up`,
  ]);
  await runNetworkScript(node, [
    'ip link set lo up',
    `ip addr add ${nodeAddress(number)}/${nodeNetworkPrefixLength} dev eth0`,
    'ip link set eth0 up',
    `ip route add default via ${controlPlaneAddress}`,
    ...nodeNumbers(nodes)
      .filter((other) => other !== number)
      .map((other) => `ip route add ${nodePodCidr(other)} via ${nodeAddress(other)}`),
    'echo 1 >/proc/sys/net/ipv4/ip_forward',
    // Between two pods of one node, Service addresses are translated only when bridged packets pass the firewall.
    'modprobe br_netfilter 2>/dev/null || true',
    'echo 1 >/proc/sys/net/bridge/bridge-nf-call-iptables',
  ]);
}
