import { describe, expect, it } from '@jest/globals';
import { parseListenRows } from '../../../src/balancer/readiness/proc-net.ts';

const head = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';

/** A row as the kernel prints it, with spaces up to its fixed width. */
function row(local: string, remote: string, state: string): string {
  const text = `   0: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000     0        0 38491 1 0 100 0 0 10 0`;
  return `${text.padEnd(149)}\n`;
}

const listen = (local: string) => row(local, '00000000:0000', '0A');
const established = row('0100000A:08AE', '0200000A:C350', '01');

describe('parseListenRows', () => {
  it.each([
    { name: 'every IPv4 address', local: '00000000:08AE', ports: [2222] },
    { name: 'one IPv4 address of the pod', local: '0100010A:08AE', ports: [2222] },
    { name: 'every IPv6 address', local: '00000000000000000000000000000000:1F90', ports: [8080] },
    { name: 'one IPv4 address on an IPv6 socket', local: '0000000000000000FFFF00000100010A:0016', ports: [22] },
    { name: '127.0.0.1', local: '0100007F:08AE', ports: [] },
    { name: '127.1.2.3', local: '0302017F:08AE', ports: [] },
    { name: '::1', local: '00000000000000000000000001000000:08AE', ports: [] },
    { name: '127.0.0.1 on an IPv6 socket', local: '0000000000000000FFFF00000100007F:08AE', ports: [] },
  ])('of a listener on $name finds the ports $ports', ({ local, ports }) => {
    expect([...parseListenRows(head + listen(local)).ports]).toEqual(ports);
  });

  it('does not count connections, and knows that no listener comes after one', () => {
    const rows = parseListenRows(head + listen('00000000:0016') + established + listen('00000000:08AE'));

    expect(rows).toEqual({ ports: new Set([22]), complete: true });
  });

  it('leaves out a row that was cut off', () => {
    const text = head + listen('00000000:0016') + listen('00000000:08AE');

    const rows = parseListenRows(text.slice(0, -140));

    expect(rows).toEqual({ ports: new Set([22]), complete: false });
  });

  it.each(['', head, 'nonsense', 'nonsense\nmore nonsense\n'])('finds nothing in %j', (text) => {
    expect(parseListenRows(text).ports.size).toBe(0);
  });
});
