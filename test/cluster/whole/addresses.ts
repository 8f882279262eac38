/** Addresses of a cluster. They exist only inside its network namespaces, so all clusters use the same. */

export const controlPlaneAddress = '10.77.0.1';
/** CoreDNS runs beside the API server, on the same address. */
export const dnsAddress = controlPlaneAddress;
export const nodeNetworkPrefixLength = 24;
export const podCidr = '10.244.0.0/16';
export const serviceCidr = '10.96.0.0/16';
/** The `kubernetes` Service: always the first address of the range. */
export const kubernetesServiceAddress = '10.96.0.1';
export const apiServerPort = 6443;
export const apiServerUrl = `https://${controlPlaneAddress}:${apiServerPort}`;
export const apiServerLoopbackUrl = `https://127.0.0.1:${apiServerPort}`;

export function nodeName(node: number): string {
  return `n${node}`;
}

export function nodeAddress(node: number): string {
  return `10.77.0.${10 + node}`;
}

export function nodePodCidr(node: number): string {
  return `10.244.${node}.0/24`;
}

/** 1…count. */
export function nodeNumbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
