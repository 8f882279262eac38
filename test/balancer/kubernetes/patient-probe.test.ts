import { describe, expect, it } from '@jest/globals';
import type { ProbeResult } from '../../../src/balancer/admin/admin.ts';
import { patientAtFirst, patiently } from '../../../src/balancer/kubernetes/patient-probe.ts';
import { FakeClock } from '../../kube/fake-clock.ts';
import { soon } from '../../kube/soon.ts';

const good: ProbeResult = { ok: true, message: 'yes' };
const bad: ProbeResult = { ok: false, message: 'not yet' };

/** A probe whose result changes, and how often it was asked. */
function probe(first: ProbeResult): { ask: () => ProbeResult; result: ProbeResult; asked: number } {
  const state = {
    result: first,
    asked: 0,
    ask: () => {
      state.asked += 1;
      return state.result;
    },
  };
  return state;
}

describe('a patient probe', () => {
  it('answers good news at once', async () => {
    const answer = await patiently(probe(good).ask, new FakeClock());

    expect(answer).toEqual(good);
  });

  it('answers as soon as the news turn good', async () => {
    const clock = new FakeClock();
    const state = probe(bad);

    const answer = patiently(state.ask, clock);
    state.result = good;
    await clock.advance(50);

    expect(await answer).toEqual(good);
  });

  it('gives up after 0.9 s', async () => {
    const clock = new FakeClock();
    let answered: ProbeResult | undefined;

    void patiently(probe(bad).ask, clock).then((result) => (answered = result));
    await clock.advance(850);
    const before = answered;
    await clock.advance(50);
    await soon('an answer', () => answered !== undefined);

    expect(before).toBeUndefined();
    expect(answered).toEqual(bad);
  });
});

describe('a probe that is patient at first', () => {
  it('tells bad news at once after it has succeeded', async () => {
    const state = probe(good);
    const ask = patientAtFirst(state.ask, new FakeClock());

    await ask();
    state.result = bad;

    expect(await ask()).toEqual(bad);
    expect(state.asked).toBe(2);
  });
});
