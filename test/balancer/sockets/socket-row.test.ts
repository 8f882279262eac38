import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { parseSocketRow, socketStates } from '../../../src/balancer/sockets/socket-row.ts';
import { printTable } from './kernel-table.ts';

const waiting =
  '   7: 02004D0A:B6C8 01004D0A:0016 05 00000000:00000000 03:000016E2 00000000     0        0 0 3 000000002efe1d28';

describe('parseSocketRow', () => {
  it.each([
    {
      name: 'a connection that was ended with 1000 bytes under way',
      line: '   8: 02004D0A:B6D0 01004D0A:0016 04 000003E9:00000000 01:0000001F 00000001     0        0 3706407 2 000000000d8f0ac0 40 0 0 1 -1                    ',
      row: {
        local: { address: '02004D0A', port: 46_800 },
        remote: { address: '01004D0A', port: 22 },
        state: socketStates.finWait1,
        unsentBytes: 1001,
        inode: '3706407',
      },
    },
    {
      name: 'one that no process holds any more',
      line: waiting,
      row: {
        local: { address: '02004D0A', port: 46_792 },
        remote: { address: '01004D0A', port: 22 },
        state: socketStates.finWait2,
        unsentBytes: 0,
        inode: '0',
      },
    },
    {
      name: 'a UDP socket with a number of five digits, of user 65532',
      line: '13265: 000077FD000000000000000002000000:DE3F 000077FD000000000000000001000000:138C 01 00000000:00000000 00:00000000 00000000 65532        0 3706277 2 00000000b5287e81 0',
      row: {
        local: { address: '000077FD000000000000000002000000', port: 56_895 },
        remote: { address: '000077FD000000000000000001000000', port: 5004 },
        state: socketStates.established,
        unsentBytes: 0,
        inode: '3706277',
      },
    },
  ])('reads $name', ({ line, row }) => {
    expect(parseSocketRow(line)).toEqual(row);
  });

  it.each([
    { name: 'nothing', line: '' },
    { name: 'the names of the columns', line: printTable([]).trimEnd() },
    { name: 'a row that was cut off in its inode', line: waiting.slice(0, waiting.indexOf(' 0 3 ')) },
    { name: 'a row that was cut off earlier', line: waiting.slice(0, 40) },
    { name: 'an address of five digits', line: waiting.replace('02004D0A', '02004') },
    { name: 'a port that is no number', line: waiting.replace(':0016', ':00x6') },
    { name: 'nonsense', line: 'nonsense' },
  ])('takes $name for no row', ({ line }) => {
    expect(parseSocketRow(line)).toBeUndefined();
  });

  it('reads back whatever a kernel may print', () => {
    const byte = fc.integer({ min: 0, max: 255 });
    const bytes = (length: number) => fc.array(byte, { minLength: length, maxLength: length });
    const port = fc.integer({ min: 0, max: 65_535 });
    const ends = fc
      .constantFrom(4, 16)
      .chain((length) => fc.tuple(bytes(length), port, bytes(length), port))
      .map(([local, localPort, remote, remotePort]) => ({
        local: { bytes: local, port: localPort },
        remote: { bytes: remote, port: remotePort },
      }));
    const sockets = fc.record({
      ends,
      state: fc.constantFrom(...Object.values(socketStates)),
      unsentBytes: fc.nat(),
      inode: fc.nat(),
    });

    fc.assert(
      fc.property(sockets, (socket) => {
        const [, line = ''] = printTable([{ ...socket, ...socket.ends }]).split('\n');

        const row = parseSocketRow(line);

        expect(row).toMatchObject({
          local: { port: socket.ends.local.port },
          remote: { port: socket.ends.remote.port },
          state: socket.state,
          unsentBytes: socket.unsentBytes,
          inode: String(socket.inode),
        });
        expect(row?.remote.address).toHaveLength(2 * socket.ends.remote.bytes.length);
      }),
    );
  });
});
