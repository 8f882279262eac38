import { describe, expect, it } from '@jest/globals';
import { parseSeats } from '../../../src/balancer/seat/seats.ts';

const good = `
generation: 7
maxInstances: 2
mode: Hold
slots: [prod-0, prod-1]
seated: [11111111-aaaa]
`;

describe('parseSeats', () => {
  it('reads what the operator writes', () => {
    expect(parseSeats(good)).toEqual({
      ok: true,
      seats: { generation: 7, maxInstances: 2, mode: 'Hold', slots: ['prod-0', 'prod-1'], seated: ['11111111-aaaa'] },
    });
  });

  it('ignores fields of a newer operator', () => {
    expect(parseSeats(`${good}\nweather: fine`)).toMatchObject({ ok: true });
  });

  it('takes missing lists for empty ones', () => {
    expect(parseSeats('{generation: 1, maxInstances: 0, mode: SelfHeal}')).toMatchObject({
      seats: { slots: [], seated: [] },
    });
  });

  it.each([
    {
      name: 'an unknown mode',
      text: good.replace('Hold', 'Maybe'),
      problem: /^mode: must be one of "SelfHeal", "Hold"$/,
    },
    { name: 'a missing generation', text: good.replace('generation: 7', ''), problem: /^generation: is required$/ },
    { name: 'a generation with a fraction', text: good.replace('7', '7.5'), problem: /^generation: / },
    { name: 'a negative cap', text: good.replace('2', '-2'), problem: /^maxInstances: / },
    { name: 'a slot that is not a name', text: good.replace('prod-1', '1'), problem: /^slots\[1\]: / },
    { name: 'two wrong fields', text: '{generation: a, maxInstances: 1, mode: b}', problem: /^generation: .*; mode: / },
    { name: 'another kind of text', text: 'just words', problem: /^the text must be of type object$/ },
    { name: 'nothing', text: '', problem: /^the text must be of type object$/ },
    { name: 'broken YAML', text: 'slots: [a\nmode: Hold', problem: /line 2, column 1/ },
    { name: 'a key that is there twice', text: `${good}mode: SelfHeal`, problem: /line 7, column 1/ },
    { name: 'aliases that grow without end', text: bomb(), problem: /^its aliases .* multiply/ },
  ])('says what is wrong with $name', ({ text, problem }) => {
    expect(parseSeats(text)).toEqual({ ok: false, problem: expect.stringMatching(problem) });
  });
});

/** Ten levels of ten aliases each: the "billion laughs". */
function bomb(): string {
  const levels = Array.from(
    { length: 10 },
    (_, level) => `l${level + 1}: &l${level + 1} [${`*l${level},`.repeat(10)}]`,
  );
  return ['l0: &l0 [x]', ...levels].join('\n');
}
