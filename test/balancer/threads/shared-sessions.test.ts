import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { SessionBook } from '../../../src/balancer/sessions/session-book.ts';
import { Ledger } from '../../../src/balancer/threads/ledger.ts';
import { NameTable } from '../../../src/balancer/threads/name-table.ts';
import { createSharedSessionBook } from '../../../src/balancer/threads/shared-sessions.ts';

interface Thread {
  readonly book: SessionBook;
  readonly waiting: { length: number; placeFreed(): void };
  freed: number;
}

function threadsOf(count: number, ownName?: string): { threads: Thread[]; ledger: Ledger; told: number[] } {
  const names = new NameTable();
  names.give(['prod-0', 'prod-1'], () => false);
  const ledger = new Ledger(names, count);
  const told: number[] = [];
  const threads = Array.from({ length: count }, (_, index) => {
    const own = new Ledger(new NameTable(names.memory), count, ledger.memory);
    const waiting = {
      length: 0,
      placeFreed() {
        thread.freed += 1;
      },
    };
    const book = createSharedSessionBook(own, index, ownName, waiting, (other) => told.push(other));
    const thread: Thread = { book, waiting, freed: 0 };
    return thread;
  });
  return { threads, ledger, told };
}

describe('createSharedSessionBook', () => {
  it('knows the sessions of all threads on a backend, and reports its own', () => {
    const { threads } = threadsOf(2, 'prod-0');
    const [one, other] = threads;

    one?.book.begin('prod-0');
    const ended = one?.book.begin('prod-1');
    other?.book.begin('prod-1');
    ended?.end();

    expect(one?.book.on('prod-1')).toBe(1);
    expect(one?.book.counts()).toEqual({ sessions: 1, transit: 0, backends: { 'prod-0': 1 } });
    expect(other?.book.counts()).toEqual({ sessions: 0, transit: 1, backends: { 'prod-1': 1 } });
  });

  it('reserves no more than there may be, and counts what was reserved once', () => {
    const { threads, ledger } = threadsOf(2);
    const [one, other] = threads;

    const first = one?.book.tryReserve?.('prod-0', 1);
    one?.book.begin('prod-0');
    const second = other?.book.tryReserve?.('prod-0', 1);

    expect([first, second]).toEqual([true, false]);
    expect(ledger.sessions()).toEqual([['prod-0', 1]]);
  });

  it('gives back what was reserved and not used', () => {
    const { threads, ledger } = threadsOf(1);
    const [one] = threads;
    one?.book.tryReserve?.('prod-0', 5);

    one?.book.begin('prod-1');

    expect(ledger.sessions()).toEqual([['prod-1', 1]]);
  });

  it('never lets threads together have more than there may be, nor loses one', () => {
    const step = fc.record({ thread: fc.nat(2), backend: fc.constantFrom('prod-0', 'prod-1'), ends: fc.boolean() });

    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), fc.integer({ min: 1, max: 4 }), (steps, atMost) => {
        const { threads, ledger } = threadsOf(3);
        const live: { backend: string; end(): void }[] = [];
        for (const { thread, backend, ends } of steps) {
          const book = threads[thread]?.book;
          if (ends) live.pop()?.end();
          else if (book?.tryReserve?.(backend, atMost) === true) {
            const session = book.begin(backend);
            live.push({ backend, end: () => session.end() });
          }
          for (const number of [0, 1]) expect(ledger.sessionsOn(number)).toBeLessThanOrEqual(atMost);
        }

        for (const [number, backend] of ['prod-0', 'prod-1'].entries()) {
          expect(ledger.sessionsOn(number)).toBe(live.filter((session) => session.backend === backend).length);
        }
      }),
    );
  });

  it('tells the thread where somebody waits that there is room', () => {
    const { threads, ledger, told } = threadsOf(2);
    const [one, other] = threads;
    const sessions = [one?.book.begin('prod-0'), one?.book.begin('prod-0')];
    ledger.setWaiting(1, 1);

    sessions[0]?.end();
    ledger.setWaiting(1, 0);
    ledger.setWaiting(0, 1);
    sessions[1]?.end();

    expect(told).toEqual([1]);
    expect([one?.freed, other?.freed]).toEqual([1, 0]);
  });
});
