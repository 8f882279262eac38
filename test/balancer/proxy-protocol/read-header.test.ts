import { describe, expect, it } from '@jest/globals';
import { crc32c } from '../../../src/balancer/proxy-protocol/crc32c.ts';
import { readHeader, restOctets, type Said } from '../../../src/balancer/proxy-protocol/read-header.ts';
import { proxyHeader } from '../../../src/balancer/proxy-protocol/write-header.ts';

const signature = '0d0a0d0a000d0a515549540a';
const ipv4 = 'c0000201c63364ff12340016';
const ipv6 = `20010db8${'0'.repeat(23)}1${'0'.repeat(31)}200500035`;

/** The octets of a header: version and command, family, and the rest, whose length goes in front of it. */
function header(command: string, family: string, rest: string, length = rest.length / 2): Buffer {
  return Buffer.from(`${signature}${command}${family}${length.toString(16).padStart(4, '0')}${rest}`, 'hex');
}

function read(octets: Buffer): Said | undefined {
  const rest = restOctets(octets.subarray(0, 16));
  return rest === undefined || octets.length !== 16 + rest ? undefined : readHeader(octets);
}

/** An entry with the right checksum, behind the addresses. */
function withChecksum(octets: Buffer): Buffer {
  const at = octets.length - 4;
  octets.writeUInt32BE(crc32c(octets), at);
  return octets;
}

describe('crc32c', () => {
  it.each([
    { name: 'the check value of the CRC catalogue', octets: Buffer.from('123456789'), sum: 0xe3069283 },
    { name: '32 zeros (RFC 3720 B.4)', octets: Buffer.alloc(32), sum: 0x8a9136aa },
    { name: '32 times 0xff (RFC 3720 B.4)', octets: Buffer.alloc(32, 0xff), sum: 0x62a8ab43 },
  ])('gives $name', ({ octets, sum }) => {
    expect(crc32c(octets)).toBe(sum);
  });
});

describe('a PROXY header', () => {
  it.each([
    {
      name: 'TCP over IPv4',
      octets: header('21', '11', ipv4),
      said: { source: { address: '192.0.2.1', port: 0x1234 }, destination: { address: '198.51.100.255', port: 22 } },
    },
    {
      name: 'TCP over IPv6',
      octets: header('21', '21', ipv6),
      said: { source: { address: '2001:db8::1', port: 80 }, destination: { address: '::2', port: 53 } },
    },
    {
      name: 'an IPv4-mapped address as IPv4',
      octets: header('21', '21', `${'0'.repeat(20)}ffffc0000207${'0'.repeat(31)}100010002`),
      said: { source: { address: '192.0.2.7', port: 1 }, destination: { address: '::1', port: 2 } },
    },
    {
      name: 'addresses with entries behind them, known or not',
      octets: header('21', '11', `${ipv4}0400020000ea00036162630500001f000101`),
      said: { source: { address: '192.0.2.1', port: 0x1234 }, destination: { address: '198.51.100.255', port: 22 } },
    },
    {
      name: 'a checksum that is right',
      octets: withChecksum(header('21', '11', `${ipv4}03000400000000`)),
      said: { source: { address: '192.0.2.1', port: 0x1234 }, destination: { address: '198.51.100.255', port: 22 } },
    },
    { name: 'a local connection, whatever follows', octets: header('20', 'ff', 'abcdef'), said: 'OwnAddresses' },
    { name: 'a family that is not said', octets: header('21', '00', ''), said: 'OwnAddresses' },
    { name: 'UDP', octets: header('21', '12', ipv4), said: 'OwnAddresses' },
    { name: 'a Unix socket', octets: header('21', '31', '00'.repeat(216)), said: 'OwnAddresses' },
  ])('is understood with $name', ({ octets, said }) => {
    expect(read(octets)).toEqual(said);
  });

  it.each([
    { name: 'another signature', octets: Buffer.from('PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n') },
    { name: 'version 1 in the binary form', octets: header('11', '11', ipv4) },
    { name: 'version 3', octets: header('31', '11', ipv4) },
    { name: 'an unknown command', octets: header('22', '11', ipv4) },
    { name: 'an unknown family', octets: header('21', '41', ipv4) },
    { name: 'an unknown transport', octets: header('21', '13', ipv4) },
    { name: 'IPv4 addresses that are cut short', octets: header('21', '11', ipv4.slice(2)) },
    { name: 'IPv6 addresses that are cut short', octets: header('21', '21', ipv4) },
    { name: 'more than 4096 octets behind its fixed part', octets: header('21', '11', ipv4 + '00'.repeat(4085)) },
    { name: 'half of an entry’s head', octets: header('21', '11', `${ipv4}0400`) },
    { name: 'an entry that is longer than the header', octets: header('21', '11', `${ipv4}04000501`) },
    { name: 'a wrong checksum', octets: header('21', '11', `${ipv4}03000400000000`) },
    { name: 'a checksum of another length', octets: header('21', '11', `${ipv4}030002abcd`) },
  ])('is refused with $name', ({ octets }) => {
    expect(read(octets)).toBeUndefined();
  });

  it.each([
    ['192.0.2.1', '198.51.100.7'],
    ['2001:db8::1', '::1'],
    ['1:0:0:2::', '64:ff9b::c000:221'],
    ['2001:db8:0:1:1:1:1:1', 'fe80::1:0:0:4'],
  ])('that we write for %s and %s is understood as it was meant', (from, to) => {
    const source = { address: from, port: 40_000 };
    const destination = { address: to, port: 443 };

    expect(read(proxyHeader(source, destination))).toEqual({ source, destination });
  });
});
