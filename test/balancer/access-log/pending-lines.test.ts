import { describe, expect, it } from '@jest/globals';
import { createPendingLines, mostPendingOctets } from '../../../src/balancer/access-log/pending-lines.ts';

/** An output that takes so many octets, at most 4096 at once. */
function scene() {
  const output = { room: Number.POSITIVE_INFINITY, text: '', calls: 0 };
  let dropped = 0;
  const lines = createPendingLines(
    (text) => {
      output.calls += 1;
      expect(text.length).toBeLessThanOrEqual(4096);
      const octets = Math.min(text.length, output.room);
      output.text += text.slice(0, octets);
      output.room -= octets;
      return octets;
    },
    () => {
      dropped += 1;
    },
  );
  return { lines, output, dropped: () => dropped };
}

const line = (number: number): string => `${String(number).padStart(99, '.')}\n`;
const linesOf = (count: number): string[] => Array.from({ length: count }, (_, index) => line(index));

describe('createPendingLines', () => {
  it('writes in batches, and the rest when it is flushed', () => {
    const { lines, output } = scene();

    for (const one of linesOf(100)) lines.add(one);
    const before = output.calls;
    lines.flush();

    expect(before).toBe(2);
    expect(output.calls).toBe(3);
    expect(output.text).toBe(linesOf(100).join(''));
  });

  it('keeps what an output does not take, and goes on at the next flush where it stopped', () => {
    const { lines, output, dropped } = scene();
    output.room = 5000;
    for (const one of linesOf(200)) lines.add(one);
    lines.flush();
    expect(output.text).toHaveLength(5000);

    output.room = Number.POSITIVE_INFINITY;
    lines.flush();

    expect(output.text).toBe(linesOf(200).join(''));
    expect(dropped()).toBe(0);
  });

  it('does not ask a full output again for each line', () => {
    const { lines, output } = scene();
    output.room = 0;

    for (const one of linesOf(1000)) lines.add(one);

    expect(output.calls).toBe(1);
  });

  it('drops and counts what goes beyond its bound, and takes lines again later', () => {
    const { lines, output, dropped } = scene();
    output.room = 0;
    const most = Math.floor(mostPendingOctets / 100);

    for (const one of linesOf(most + 10)) lines.add(one);
    expect(dropped()).toBe(10);
    output.room = Number.POSITIVE_INFINITY;
    lines.flush();
    lines.add(line(7));
    lines.flush();

    expect(dropped()).toBe(10);
    expect(output.text).toBe([...linesOf(most), line(7)].join(''));
  });
});
