import { describe, expect, it } from '@jest/globals';
import { connectionsFromOutside } from '../../../src/balancer/sessions/outside-connections.ts';
import { capturedTables, ipv4, printTable, tableFile } from '../sockets/kernel-table.ts';
import type { PrintedSocket } from '../sockets/kernel-table.ts';

const tcpTables = capturedTables.filter(({ protocol }) => protocol === 'TCP');

function toGateway(remotePort: number, remote = '10.0.0.3', state = '01'): PrintedSocket {
  return {
    local: { bytes: ipv4('10.0.0.2'), port: 2222 },
    remote: { bytes: ipv4(remote), port: remotePort },
    state,
  };
}

describe('connectionsFromOutside', () => {
  it.each([
    // One accepted, one not accepted yet; the handshake of a third is not over.
    { name: 'a port that others and the pod itself have dialled', ports: [2222], found: 2 },
    { name: 'a port that only the pod itself has dialled', ports: [8099], found: 0 },
    { name: 'a port that the pod dials elsewhere', ports: [22], found: 0 },
    { name: 'no port', ports: [], found: 0 },
  ])('finds $found in captured tables for $name', async ({ ports, found }) => {
    expect(await connectionsFromOutside(new Set(ports), tcpTables)).toBe(found);
  });

  it('leaves out connections that are over', async () => {
    const table = await tableFile(printTable([toGateway(1, '10.0.0.3', '06'), toGateway(2, '10.0.0.3', '08')]));

    expect(await connectionsFromOutside(new Set([2222]), [table])).toBe(1);
  });

  it('counts a long table exactly, and lets others have their turns meanwhile', async () => {
    const sockets = Array.from({ length: 10_000 }, (_, index) =>
      toGateway(1024 + index, index % 2 === 0 ? '10.0.0.3' : '10.0.0.2'),
    );
    const table = await tableFile(printTable(sockets));
    let turns = 0;
    const count = () => {
      turns += 1;
      turning = setImmediate(count);
    };
    let turning = setImmediate(count);

    const found = await connectionsFromOutside(new Set([2222]), [table]);
    clearImmediate(turning);

    expect(found).toBe(5000);
    expect(turns).toBeGreaterThanOrEqual(9);
  });

  it.each([
    { name: 'is not there', text: undefined },
    { name: 'makes no sense', text: `${printTable([toGateway(1)])}nonsense\n` },
  ])('does not know when a table $name', async ({ text }) => {
    const missing = { path: '/proc/net/no-such-table', protocol: 'TCP', mayBeMissing: false } as const;
    const table = text === undefined ? missing : await tableFile(text);

    expect(await connectionsFromOutside(new Set([2222]), [table])).toBeNull();
  });
});
