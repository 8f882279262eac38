import { describe, expect, it } from '@jest/globals';
import { Ledger } from '../../../src/balancer/threads/ledger.ts';
import { NameTable } from '../../../src/balancer/threads/name-table.ts';

function ledgers(threads: number): Ledger[] {
  const names = new NameTable();
  names.give(['prod-0', 'prod-1'], () => false);
  const first = new Ledger(names, threads);
  return Array.from({ length: threads }, () => new Ledger(new NameTable(names.memory), threads, first.memory));
}

describe('Ledger', () => {
  it('adds up what threads count, and keeps apart who counted it', () => {
    const [one, other] = ledgers(2);

    one?.addSession(0, 1, 1);
    one?.addSession(0, 0, 1);
    other?.addSession(1, 1, 1);
    other?.addSession(1, 1, 1);
    one?.addConnection(0, 1);
    other?.addConnection(1, 1);

    expect(one?.sessions()).toEqual([
      ['prod-0', 1],
      ['prod-1', 3],
    ]);
    expect(other?.sessions(1)).toEqual([['prod-1', 2]]);
    expect(one?.sessionsOn(1)).toBe(3);
    expect(other?.connections).toBe(2);
  });

  it('forgets a thread that died, and nothing else', () => {
    const [one, other] = ledgers(2);
    for (const [thread, ledger] of [one, other].entries()) {
      ledger?.addSession(thread, 0, 1);
      ledger?.addConnection(thread, 1);
      ledger?.setWaiting(thread, 4);
    }

    one?.wipe(1);

    expect(one?.sessions()).toEqual([['prod-0', 1]]);
    expect(one?.connections).toBe(1);
    expect(one?.waiting).toBe(4);
  });

  it('gives free places to threads in proportion to how many wait there', () => {
    const [ledger] = ledgers(3);
    ledger?.setWaiting(0, 1);
    ledger?.setWaiting(2, 3);

    const turns = Array.from({ length: 8 }, () => ledger?.nextWaiting());

    expect(turns.filter((thread) => thread === 0)).toHaveLength(2);
    expect(turns.filter((thread) => thread === 2)).toHaveLength(6);
  });

  it('gives a free place to nobody where nobody waits', () => {
    const [ledger] = ledgers(2);

    expect(ledger?.nextWaiting()).toBeUndefined();
  });
});
