import { BlockList, isIP } from 'node:net';

/** Whether an address may say who the client is. */
export type IsTrusted = (address: string) => boolean;

/** @param ranges in the form `192.0.2.0/24` */
export function trustedPeers(ranges: readonly string[]): IsTrusted {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', length] = range.split('/');
    list.addSubnet(address, Number(length), familyOf(address));
  }
  return (address) => list.check(address, familyOf(address));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
