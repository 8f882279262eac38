import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { SocketAddress } from 'node:net';
import { addressText, isLoopback, isUnspecified } from '../../../src/balancer/sockets/address.ts';
import { parseSocketRow } from '../../../src/balancer/sockets/socket-row.ts';
import { mapped, printTable } from './kernel-table.ts';

const byte = fc.integer({ min: 0, max: 255 });

/** As the kernel prints it. */
function printed(bytes: readonly number[]): string {
  const end = { bytes, port: 1 };
  const [, row = ''] = printTable([{ local: end, remote: end, state: '01' }]).split('\n');
  return parseSocketRow(row)?.local.address ?? '';
}

describe('addressText', () => {
  it.each([
    { hex: '01004D0A', text: '10.77.0.1' },
    { hex: '00000000', text: '0.0.0.0' },
    { hex: '0000000000000000FFFF000001004D0A', text: '10.77.0.1' },
    { hex: '000077FD000000000000000001000000', text: 'fd77::1' },
    { hex: 'B80D0120000000000000000007000000', text: '2001:db8::7' },
    { hex: '00000000000000000000000000000000', text: '::' },
  ])('reads $hex as $text', ({ hex, text }) => {
    expect(addressText(hex)).toBe(text);
  });

  it('reads every IPv4 address, also on an IPv6 socket', () => {
    fc.assert(
      fc.property(fc.array(byte, { minLength: 4, maxLength: 4 }), (bytes) => {
        const text = bytes.join('.');

        expect(addressText(printed(bytes))).toBe(text);
        expect(addressText(printed(mapped(text)))).toBe(text);
      }),
    );
  });

  it('reads every IPv6 address', () => {
    fc.assert(
      fc.property(fc.array(byte, { minLength: 16, maxLength: 16 }), (bytes) => {
        fc.pre(bytes.slice(0, 10).some((one) => one !== 0));
        const digits = Buffer.from(bytes).toString('hex');
        const address = (digits.match(/.{4}/g) ?? []).join(':');

        expect(addressText(printed(bytes))).toBe(new SocketAddress({ address, family: 'ipv6' }).address);
      }),
    );
  });
});

describe('isLoopback', () => {
  it.each([
    { name: '127.0.0.1', hex: '0100007F', is: true },
    { name: '127.1.2.3', hex: '0302017F', is: true },
    { name: '::1', hex: '00000000000000000000000001000000', is: true },
    { name: '127.0.0.1 on an IPv6 socket', hex: '0000000000000000FFFF00000100007F', is: true },
    { name: 'every IPv4 address', hex: '00000000', is: false },
    { name: 'every IPv6 address', hex: '00000000000000000000000000000000', is: false },
    { name: '10.0.0.127', hex: '7F00000A', is: false },
    { name: '10.1.0.1 on an IPv6 socket', hex: '0000000000000000FFFF00000100010A', is: false },
    { name: 'an IPv6 address that ends like 127.…', hex: '000077FD00000000000000000100007F', is: false },
  ])('says $is for $name', ({ hex, is }) => {
    expect(isLoopback(hex)).toBe(is);
  });
});

describe('isUnspecified', () => {
  it.each([
    { hex: '00000000', is: true },
    { hex: '00000000000000000000000000000000', is: true },
    { hex: '01004D0A', is: false },
    { hex: '00000000000000000000000001000000', is: false },
  ])('says $is for $hex', ({ hex, is }) => {
    expect(isUnspecified(hex)).toBe(is);
  });
});
