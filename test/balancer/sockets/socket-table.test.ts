import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { readdirSync, readlinkSync } from 'node:fs';
import { SocketTableError, socketRows, tcpTables, udpTables } from '../../../src/balancer/sockets/socket-table.ts';
import { ipv4, printTable, tableFile } from './kernel-table.ts';
import type { PrintedSocket } from './kernel-table.ts';

const socket = (port: number): PrintedSocket => ({
  local: { bytes: ipv4('10.0.0.2'), port },
  remote: { bytes: ipv4('10.0.0.3'), port: 22 },
  state: '01',
});

const openFiles = (path: string): number =>
  readdirSync('/proc/self/fd').filter((name) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`) === path;
    } catch {
      return false;
    }
  }).length;

describe('socketRows', () => {
  it('reads every row of a table, wherever its pages end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 65_535 }), { maxLength: 200 }), async (ports) => {
        const table = await tableFile(printTable(ports.map(socket)));

        expect([...socketRows(table)].map(({ local }) => local.port)).toEqual(ports);
      }),
      { numRuns: 30 },
    );
  });

  it('takes rows without the spaces at their end, and a last one without its line break', async () => {
    const table = await tableFile(
      printTable([socket(1), socket(2)])
        .replaceAll(/ +\n/g, '\n')
        .trimEnd(),
    );

    expect([...socketRows(table)].map(({ local }) => local.port)).toEqual([1, 2]);
  });

  it('reads no further than it is asked to, and leaves no file open', async () => {
    // The broken row comes after the first page.
    const table = await tableFile(`${printTable(Array.from({ length: 100 }, (_, port) => socket(port)))}broken\n`);

    const rows = socketRows(table);
    const first = rows.next();
    const openMeanwhile = openFiles(table.path);
    rows.return();

    expect(first.value?.local.port).toBe(0);
    expect(openMeanwhile).toBe(1);
    expect(openFiles(table.path)).toBe(0);
    expect(() => [...socketRows(table)]).toThrow(SocketTableError);
    expect(openFiles(table.path)).toBe(0);
  });

  it('names table and row when a row makes no sense: whoever counts must not take it for none', async () => {
    const table = await tableFile(`${printTable([socket(1)])}   1: broken\n`);

    expect(() => [...socketRows(table)]).toThrow(`Could not read ${table.path}: no socket is in "   1: broken"`);
  });

  it('finds nobody in a table that a kernel without IPv6 does not have', () => {
    expect([...socketRows({ path: '/proc/net/no-such-table', protocol: 'TCP', mayBeMissing: true })]).toEqual([]);
  });

  it.each([
    { name: 'is missing and must not be', path: '/proc/net/no-such-table', mayBeMissing: false, code: 'ENOENT' },
    { name: 'is no file', path: '/proc/self/fd', mayBeMissing: true, code: 'EISDIR' },
  ])('throws when a table $name', ({ path, mayBeMissing, code }) => {
    expect(() => [...socketRows({ path, protocol: 'TCP', mayBeMissing })]).toThrow(code);
  });

  it.each([...tcpTables, ...udpTables])('understands every row that this machine has in $path', (table) => {
    expect(() => [...socketRows(table)]).not.toThrow();
  });
});
