import { describe, expect, it } from '@jest/globals';
import { mostNames, NameTable } from '../../../src/balancer/threads/name-table.ts';

const never = () => false;
const numbered = (count: number) => Array.from({ length: count }, (_, index) => `prod-${index}`);

describe('NameTable', () => {
  it('gives each name a number once, which all who share the memory read', () => {
    const giver = new NameTable();
    const reader = new NameTable(giver.memory);

    giver.give(['prod-1', 'prod-0'], never);
    giver.give(['prod-0', 'prod-2', 'prod-1'], never);

    expect(['prod-1', 'prod-0', 'prod-2'].map((name) => reader.numberOf(name))).toEqual([0, 1, 2]);
    expect([0, 1, 2].map((number) => reader.nameOf(number))).toEqual(['prod-1', 'prod-0', 'prod-2']);
    expect(reader.count).toBe(3);
  });

  it('says which name has no number', () => {
    const table = new NameTable();

    expect(() => table.numberOf('prod-7')).toThrow('The backend prod-7 has no number');
  });

  it('takes names of 63 letters, and no longer ones', () => {
    const table = new NameTable();
    const longest = 'a'.repeat(63);

    table.give([longest], never);

    expect(new NameTable(table.memory).nameOf(0)).toBe(longest);
    expect(() => table.give([`${longest}b`], never)).toThrow('more than 63 letters');
  });

  it('gives numbers of names that are gone again once it is full, but none that is in use', () => {
    const giver = new NameTable();
    const reader = new NameTable(giver.memory);
    giver.give(numbered(mostNames), never);
    expect(reader.numberOf('prod-5')).toBe(5);

    giver.give(['prod-3', 'new'], (number) => number === 3 || number === 5);

    expect(reader.numberOf('new')).toBe(5);
    expect(reader.nameOf(5)).toBe('new');
    expect(reader.numberOf('prod-3')).toBe(3);
    expect(() => reader.numberOf('prod-5')).toThrow('prod-5');
  });

  it('refuses more names than it has room for', () => {
    const table = new NameTable();
    table.give(numbered(mostNames), never);

    expect(() => table.give(['one-more'], never)).toThrow('More than 1024 backends');
  });
});
