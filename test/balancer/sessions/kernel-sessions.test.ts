import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { busiest } from '../../../src/balancer/sessions/busiest.ts';
import { ignoredPeers } from '../../../src/balancer/sessions/ignored-peers.ts';
import { sessionsIn } from '../../../src/balancer/sessions/kernel-sessions.ts';
import type { SessionFilter } from '../../../src/balancer/sessions/kernel-sessions.ts';
import { socketRows } from '../../../src/balancer/sockets/socket-table.ts';
import { capturedTables, ipv4, ipv6, mapped, printTable, tableFile } from '../sockets/kernel-table.ts';
import type { PrintedSocket } from '../sockets/kernel-table.ts';

const router = ignoredPeers([{ cidr: '10.77.0.0/24', port: 443 }], () => []);
const filter: SessionFilter = { ownSockets: new Set(), ownPorts: new Set([15_090]), isIgnored: router };

const pod = { ipv4: ipv4('10.77.0.2'), mapped: mapped('10.77.0.2'), ipv6: ipv6('fd77:0:0:0:0:0:0:2') };
const other = { ipv4: ipv4('10.77.0.1'), mapped: mapped('10.77.0.1'), ipv6: ipv6('fd77:0:0:0:0:0:0:1') };

function socket(
  local: PrintedSocket['local'],
  remote: PrintedSocket['remote'],
  state = '01',
  inode = 7,
): PrintedSocket {
  return { local, remote, state, inode };
}

async function sessionsOf(
  protocol: 'TCP' | 'UDP',
  sockets: readonly PrintedSocket[],
  changes: Partial<SessionFilter> = {},
): Promise<readonly string[]> {
  const table = await tableFile(printTable(sockets), protocol);
  return [...sessionsIn(protocol, socketRows(table), { ...filter, ...changes })];
}

describe('sessionsIn captured tables', () => {
  it.each([
    { table: 'tcp', names: ['10.77.0.1:22', '10.77.0.1:23'], total: 7 },
    {
      table: 'tcp6',
      names: ['10.77.0.1 on port 2222', '10.77.0.1:22', '[fd77::1]:22', '[fd77::1]:23', 'fd77::1 on port 2222'],
      total: 5,
    },
    {
      table: 'udp',
      names: ['10.77.0.1:5004/UDP', 'anybody on port 40338/UDP', 'anybody on port 56312/UDP'],
      total: 3,
    },
    {
      table: 'udp6',
      names: ['10.77.0.1:5004/UDP', '[fd77::1]:5004/UDP', 'anybody on port 60623/UDP'],
      total: 3,
    },
  ])('finds the $total of $table', ({ table, names, total }) => {
    const [captured] = capturedTables.filter(({ path }) => path.endsWith(`/${table}`));
    if (captured === undefined) throw new Error('no such table');

    const found = [...sessionsIn(captured.protocol, socketRows(captured), filter)];

    expect(busiest(found, 10)).toEqual({ total, names });
  });
});

describe('sessionsIn', () => {
  const target = { bytes: other.ipv4, port: 22 };
  const dialled = { bytes: pod.ipv4, port: 40_000 };

  it.each([
    { name: 'a session to a target', sockets: [socket(dialled, target)], found: ['10.77.0.1:22'] },
    {
      name: 'a session by IPv4 on an IPv6 socket',
      sockets: [socket({ bytes: pod.mapped, port: 40_000 }, { bytes: other.mapped, port: 22 })],
      found: ['10.77.0.1:22'],
    },
    {
      name: 'a session over IPv6',
      sockets: [socket({ bytes: pod.ipv6, port: 40_000 }, { bytes: other.ipv6, port: 22 })],
      found: ['[fd77::1]:22'],
    },
    { name: 'the router', sockets: [socket(dialled, { ...target, port: 443 })], found: [] },
    {
      name: 'the router on an IPv6 socket',
      sockets: [socket({ bytes: pod.mapped, port: 40_000 }, { bytes: other.mapped, port: 443 })],
      found: [],
    },
    {
      name: 'a web site on the port of the router',
      sockets: [socket(dialled, { bytes: ipv4('198.51.100.1'), port: 443 })],
      found: ['198.51.100.1:443'],
    },
    { name: 'DNS over TCP', sockets: [socket(dialled, { ...target, port: 53 })], found: ['10.77.0.1:53'] },
    {
      name: 'a probe that the sidecar has not accepted yet',
      sockets: [socket({ bytes: pod.ipv4, port: 15_090 }, { ...target, port: 50_000 }, '01', 0)],
      found: [],
    },
    {
      name: 'who dialled in, by the port of the gateway',
      sockets: [
        socket({ bytes: ipv4('0.0.0.0'), port: 9100 }, { bytes: ipv4('0.0.0.0'), port: 0 }, '0A'),
        socket({ bytes: pod.ipv4, port: 9100 }, { bytes: other.ipv4, port: 50_000 }),
      ],
      found: ['10.77.0.1 on port 9100'],
    },
  ])('$name: $found', async ({ sockets, found }) => {
    expect(await sessionsOf('TCP', sockets)).toEqual(found);
  });

  it('leaves out what the sidecar itself holds', async () => {
    const sockets = [socket(dialled, target, '01', 100), socket({ ...dialled, port: 40_001 }, target, '01', 101)];

    expect(await sessionsOf('TCP', sockets, { ownSockets: new Set(['100']) })).toEqual(['10.77.0.1:22']);
  });

  it('ignores who dialled in by the port that they dialled', async () => {
    const sockets = [
      socket({ bytes: ipv4('0.0.0.0'), port: 9100 }, { bytes: ipv4('0.0.0.0'), port: 0 }, '0A'),
      socket({ bytes: pod.ipv4, port: 9100 }, { bytes: other.ipv4, port: 50_000 }),
    ];
    const isIgnored = ignoredPeers([{ cidr: '10.77.0.0/24', port: 9100 }], () => []);

    expect(await sessionsOf('TCP', sockets, { isIgnored })).toEqual([]);
  });

  it.each([
    { name: 'a connected one', remote: { bytes: other.ipv4, port: 5004 }, state: '01', found: ['10.77.0.1:5004/UDP'] },
    { name: 'DNS', remote: { bytes: other.ipv4, port: 53 }, state: '01', found: [] },
    {
      name: 'one for everybody',
      remote: { bytes: ipv4('0.0.0.0'), port: 0 },
      state: '07',
      found: ['anybody on port 40000/UDP'],
    },
  ])('of UDP sockets, $name: $found', async ({ remote, state, found }) => {
    expect(await sessionsOf('UDP', [socket(dialled, remote, state)])).toEqual(found);
  });

  it('ignores a UDP socket for everybody by its own port', async () => {
    const sockets = [socket(dialled, { bytes: ipv4('0.0.0.0'), port: 0 }, '07')];
    const isIgnored = ignoredPeers([{ cidr: '0.0.0.0/0', port: 40_000 }], () => []);

    expect(await sessionsOf('UDP', sockets, { isIgnored })).toEqual([]);
  });

  it('counts exactly the sessions of any table', async () => {
    const port = fc.integer({ min: 1024, max: 14_999 });
    const machine = fc.integer({ min: 3, max: 250 }).map((last) => ipv4(`10.78.0.${last}`));
    const session = fc
      .tuple(port, machine, port, fc.constantFrom('01', '08', '04', '05'))
      .map(([local, bytes, remote, state]) => ({
        counts: true,
        socket: socket({ bytes: pod.ipv4, port: local }, { bytes, port: remote }, state),
      }));
    const noSession = fc
      .tuple(port, machine, port)
      .chain(([local, bytes, remote]) =>
        fc.constantFrom(
          socket({ bytes: pod.ipv4, port: local }, { bytes, port: remote }, '06', 0),
          socket({ bytes: pod.ipv4, port: local }, { bytes, port: remote }, '05', 0),
          socket({ bytes: pod.ipv4, port: local }, { bytes, port: remote }, '02'),
          socket({ bytes: pod.ipv4, port: local }, { bytes: other.ipv4, port: 443 }),
          socket({ bytes: pod.ipv4, port: 15_090 }, { bytes, port: remote }),
          socket({ bytes: pod.ipv4, port: local }, { bytes: pod.ipv4, port: remote }),
          socket({ bytes: ipv4('127.0.0.1'), port: local }, { bytes: ipv4('127.0.0.1'), port: remote }),
        ),
      )
      .map((one) => ({ counts: false, socket: one }));

    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(session, noSession), { maxLength: 120 }), async (sockets) => {
        const found = await sessionsOf(
          'TCP',
          sockets.map((one) => one.socket),
        );

        expect(found).toHaveLength(sockets.filter(({ counts }) => counts).length);
      }),
      { numRuns: 40 },
    );
  });
});
