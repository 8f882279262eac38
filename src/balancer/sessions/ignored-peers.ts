import { BlockList, isIP } from 'node:net';
import type { IgnoredPeer } from '../config/schema.ts';

/** @param address as `addressText` writes it */
export type IsIgnored = (address: string, port: number) => boolean;

/**
 * Whose connections are no sessions: those to a named address **and** port. A port alone would hide the sessions of everybody who
 * works on a web site.
 * @param addressesOf what a host name stands for, or ever stood for; none for a name that is not known
 */
export function ignoredPeers(
  ignore: readonly IgnoredPeer[],
  addressesOf: (host: string) => Iterable<string>,
): IsIgnored {
  const byPort = new Map<number, BlockList>();
  for (const { cidr, host, port } of ignore) {
    const list = byPort.get(port) ?? new BlockList();
    byPort.set(port, list);
    if (cidr !== undefined) addRange(list, cidr);
    for (const address of host === undefined ? [] : addressesOf(host)) list.addAddress(address, familyOf(address));
  }
  return (address, port) => byPort.get(port)?.check(address, familyOf(address)) ?? false;
}

function addRange(list: BlockList, cidr: string): void {
  const [address = '', length] = cidr.split('/');
  list.addSubnet(address, Number(length), familyOf(address));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
