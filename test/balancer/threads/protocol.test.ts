import { describe, expect, it } from '@jest/globals';
import { isThreadData, parseFromThread, parseToThread } from '../../../src/balancer/threads/protocol.ts';

describe('the messages between threads', () => {
  it('are taken as they are when they are some', () => {
    const told = { kind: 'Draining', draining: true };
    const said = { kind: 'PlaceFreed', thread: 1 };

    expect(parseToThread(told)).toBe(told);
    expect(parseFromThread(said)).toBe(said);
  });

  it.each([undefined, null, 'Draining', {}, { kind: 'Dance' }, { kind: 'toString' }, { kind: 'Answer' }])(
    'are refused when they are not: to a thread %j',
    (message) => {
      expect(() => parseToThread(message)).toThrow('Not a message for a thread');
    },
  );

  it.each([undefined, { kind: 'Cut' }])('are refused when they are not: from a thread %j', (message) => {
    expect(() => parseFromThread(message)).toThrow('Not a message from a thread');
  });

  it.each([
    { name: 'one of ours', data: { thread: 0, threads: 2, ledger: new SharedArrayBuffer(8) }, is: true },
    { name: 'a thread of somebody else', data: { task: 'jest' }, is: false },
    { name: 'no thread', data: null, is: false },
  ])('tell $name', ({ data, is }) => {
    expect(isThreadData(data)).toBe(is);
  });
});
