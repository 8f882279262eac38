import { describe, expect, it } from '@jest/globals';
import { createSessionBook } from '../../../src/balancer/sessions/session-book.ts';

describe('createSessionBook', () => {
  it('tells own sessions from those of other instances', () => {
    const book = createSessionBook('prod-1');

    book.begin('prod-1');
    book.begin('prod-0');
    book.begin('prod-2');
    book.begin('prod-0');

    expect(book.counts()).toEqual({ sessions: 1, transit: 3, backends: { 'prod-0': 2, 'prod-1': 1, 'prod-2': 1 } });
  });

  it('knows no transit without an own name', () => {
    const book = createSessionBook();

    book.begin('prod-0');

    expect(book.counts()).toEqual({ sessions: 1, transit: 0, backends: { 'prod-0': 1 } });
  });

  it('counts ends, and leaves out who has no session', () => {
    const book = createSessionBook('prod-0');
    book.begin('prod-0');
    const transit = book.begin('prod-1');

    transit.end();

    expect(book.counts()).toEqual({ sessions: 1, transit: 0, backends: { 'prod-0': 1 } });
  });

  it('counts on after it was asked in between', () => {
    const book = createSessionBook();
    book.begin('prod-0').end();
    const one = book.begin('prod-1');
    book.counts();

    book.begin('prod-1');
    one.end();
    book.begin('prod-0');

    expect(book.counts().backends).toEqual({ 'prod-0': 1, 'prod-1': 1 });
  });

  it('tells who waits for room that a session ended, and nobody when nobody waits', () => {
    let told = 0;
    const waiting = {
      length: 0,
      placeFreed: () => {
        told += 1;
      },
    };
    const book = createSessionBook(undefined, waiting);
    book.begin('prod-0').end();
    expect(told).toBe(0);

    waiting.length = 1;
    book.begin('prod-0').end();

    expect(told).toBe(1);
    expect(book.on('prod-0')).toBe(0);
  });
});
