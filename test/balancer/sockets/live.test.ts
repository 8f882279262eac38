import { describe, expect, it } from '@jest/globals';
import { isLive } from '../../../src/balancer/sockets/live.ts';
import { socketStates as states } from '../../../src/balancer/sockets/socket-row.ts';

const end = { address: '01004D0A', port: 22 };

describe('isLive', () => {
  it.each([
    { name: 'an open connection', state: states.established, inode: '7', unsentBytes: 0, live: true },
    { name: 'one that nobody has accepted yet', state: states.established, inode: '0', unsentBytes: 0, live: true },
    { name: 'one that the other end has closed', state: states.closeWait, inode: '7', unsentBytes: 0, live: true },
    { name: 'one that we have closed, half', state: states.finWait2, inode: '7', unsentBytes: 0, live: true },
    { name: 'one that we have closed, whole', state: states.finWait2, inode: '0', unsentBytes: 0, live: false },
    { name: 'one whose end is under way, half', state: states.finWait1, inode: '7', unsentBytes: 1, live: true },
    { name: 'one whose end is under way, whole', state: states.finWait1, inode: '0', unsentBytes: 1, live: false },
    { name: 'one whose last byte is under way', state: states.finWait1, inode: '0', unsentBytes: 2, live: true },
    { name: 'both closed it, a byte is under way', state: states.lastAck, inode: '0', unsentBytes: 2, live: true },
    { name: 'both closed it', state: states.lastAck, inode: '0', unsentBytes: 1, live: false },
    { name: 'both closed at once, a byte is under way', state: states.closing, inode: '0', unsentBytes: 2, live: true },
    { name: 'both closed at once', state: states.closing, inode: '7', unsentBytes: 1, live: false },
    { name: 'one that is being opened', state: '02', inode: '7', unsentBytes: 1, live: false },
    { name: 'one that is being opened by them', state: '03', inode: '0', unsentBytes: 0, live: false },
    { name: 'one that is over (TIME_WAIT)', state: '06', inode: '0', unsentBytes: 0, live: false },
    { name: 'a listener', state: states.listen, inode: '7', unsentBytes: 0, live: false },
  ])('$name: $live', ({ state, inode, unsentBytes, live }) => {
    expect(isLive({ local: end, remote: end, state, unsentBytes, inode })).toBe(live);
  });
});
