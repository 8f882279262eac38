import { describe, expect, it } from '@jest/globals';
import { untilDrained } from '../../../src/balancer/drain/until-drained.ts';
import { FakeClock } from '../../kube/fake-clock.ts';

/** A question at /drained, and the world that it is asked in. */
function asked(world: { ending: boolean; quiet: boolean }) {
  const clock = new FakeClock();
  const over = new AbortController();
  const gone = new AbortController();
  let answered = false;
  let looks = 0;
  const facts = {
    isEnding: () => world.ending,
    isQuiet: () => {
      looks += 1;
      return Promise.resolve(world.quiet);
    },
    over: over.signal,
    clock,
  };
  const answer = untilDrained(facts, gone.signal).then(() => {
    answered = true;
  });
  return { clock, over, gone, answer, answered: () => answered, looks: () => looks };
}

describe('the answer at /drained', () => {
  it('comes after 5 s when the pod does not end: the gateway alone is restarted', async () => {
    const question = asked({ ending: false, quiet: false });

    await question.clock.advance(4999);
    const before = question.answered();
    await question.clock.advance(501);

    expect([before, question.answered()]).toEqual([false, true]);
    expect(question.looks()).toBe(0);
  });

  it('waits for the sessions of an ending pod, for hours if need be', async () => {
    const world = { ending: true, quiet: false };
    const question = asked(world);

    await question.clock.advance(7_200_000);
    const before = question.answered();
    world.quiet = true;
    await question.clock.advance(750);

    expect([before, question.answered()]).toEqual([false, true]);
  });

  it('waits on when the sign of the end comes a moment after the question', async () => {
    const world = { ending: false, quiet: false };
    const question = asked(world);
    await question.clock.advance(4000);

    world.ending = true;
    await question.clock.advance(60_000);

    expect(question.answered()).toBe(false);
  });

  it('wants to see the quiet twice: one look may fall between two requests', async () => {
    const world = { ending: true, quiet: true };
    const question = asked(world);
    await question.clock.advance(0);
    const afterOne = question.answered();

    world.quiet = false;
    await question.clock.advance(100);
    world.quiet = true;
    await question.clock.advance(100);
    const afterAnotherOne = question.answered();
    await question.clock.advance(100);

    expect([afterOne, afterAnotherOne, question.answered()]).toEqual([false, false, true]);
  });

  it('comes at once when the time is over', async () => {
    const question = asked({ ending: true, quiet: false });
    await question.clock.advance(1000);
    const before = question.answered();

    question.over.abort();
    await question.answer;

    expect([before, question.answered()]).toEqual([false, true]);
  });

  it('is given up when nobody waits for it any more', async () => {
    const question = asked({ ending: true, quiet: false });
    await question.clock.advance(1000);

    question.gone.abort();

    await question.answer;
    expect(question.clock.sleeping).toBe(0);
  });
});
