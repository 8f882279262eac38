import { describe, expect, it } from '@jest/globals';
import type { Waiter, WaitingLine } from '../../../src/balancer/admission/waiting-line.ts';
import { WaitingLines } from '../../../src/balancer/admission/waiting-lines.ts';

const manyWait = 1000;

/** What happened, and places that waiters take. */
function scene() {
  const lines = new WaitingLines();
  const events: string[] = [];
  const room = { free: 0 };
  const waiter = (name: string, choosy = false): Waiter => ({
    choosy,
    tryStart() {
      if (room.free === 0 || choosy) return false;
      room.free -= 1;
      events.push(name);
      return true;
    },
    onWaitedInVain: () => events.push(`${name} in vain`),
  });
  const join = (line: WaitingLine, ...names: string[]): readonly Waiter[] =>
    names.map((name) => {
      const one = waiter(name);
      line.join(one, manyWait, 0);
      return one;
    });
  const free = async (places: number): Promise<void> => {
    room.free += places;
    lines.placeFreed();
    await Promise.resolve();
  };
  return { lines, events, waiter, join, free };
}

describe('WaitingLine', () => {
  it('serves who came first, as often as there is room', async () => {
    const { lines, events, join, free } = scene();
    const line = lines.open();
    join(line, 'a', 'b', 'c');

    await free(2);
    expect(events).toEqual(['a', 'b']);
    expect([line.length, lines.length]).toEqual([1, 1]);

    await free(1);
    expect(events).toEqual(['a', 'b', 'c']);
    expect([line.length, lines.length]).toEqual([0, 0]);
  });

  it('takes no more than it may', () => {
    const { lines, waiter } = scene();
    const line = lines.open();

    const joined = ['a', 'b', 'c'].map((name) => line.join(waiter(name), 2, 0));

    expect(joined).toEqual([true, true, false]);
    expect(line.length).toBe(2);
  });

  it('lets go who leaves, once', async () => {
    const { lines, events, join, free } = scene();
    const line = lines.open();
    const [, second] = join(line, 'a', 'b', 'c');
    if (second === undefined) throw new Error('there are three');

    line.leave(second);
    line.leave(second);
    expect(line.length).toBe(2);
    await free(3);

    expect(events).toEqual(['a', 'c']);
  });

  it('serves those behind one that waits for something else', async () => {
    const { lines, events, waiter, join, free } = scene();
    const line = lines.open();
    line.join(waiter('choosy', true), manyWait, 0);
    join(line, 'b');

    await free(1);

    expect(events).toEqual(['b']);
    expect(line.length).toBe(1);
  });

  it('does not let a newcomer wait behind a choosy one while there is room', async () => {
    const { lines, events, waiter, join, free } = scene();
    const line = lines.open();
    line.join(waiter('choosy', true), manyWait, 0);
    await free(1);

    join(line, 'b');
    await Promise.resolve();

    expect(events).toEqual(['b']);
  });

  it('sends away who waited too long, and nobody else', () => {
    const { lines, events, waiter } = scene();
    const line = lines.open();
    for (const [index, name] of ['a', 'b', 'c'].entries()) line.join(waiter(name), manyWait, index * 100);

    line.expire(1000, 1100);

    expect(events).toEqual(['a in vain', 'b in vain']);
    expect([line.length, lines.length]).toEqual([1, 1]);
  });
});

describe('WaitingLines', () => {
  it('serves the lines in turn, whichever gets the places', async () => {
    const { lines, events, join, free } = scene();
    join(lines.open(), 'a1', 'a2', 'a3');
    join(lines.open(), 'b1', 'b2', 'b3');

    for (let place = 0; place < 4; place += 1) await free(1);
    await free(2);

    expect(events).toEqual(['a1', 'b1', 'a2', 'b2', 'a3', 'b3']);
  });

  it('looks once for all places that get free in one go, and not in the middle of it', async () => {
    const { lines } = scene();
    let looks = 0;
    const tryStart = (): boolean => {
      looks += 1;
      return false;
    };
    lines.open().join({ choosy: false, tryStart, onWaitedInVain: () => {} }, manyWait, 0);

    lines.placeFreed();
    lines.placeFreed();
    const meanwhile = looks;
    await Promise.resolve();

    expect([meanwhile, looks]).toEqual([0, 1]);
  });
});
