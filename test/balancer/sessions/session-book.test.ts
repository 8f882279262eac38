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

  it('counts an end once, and leaves out who has none', () => {
    const book = createSessionBook('prod-0');
    book.begin('prod-0');
    const end = book.begin('prod-1');

    end();
    end();

    expect(book.counts()).toEqual({ sessions: 1, transit: 0, backends: { 'prod-0': 1 } });
  });
});
