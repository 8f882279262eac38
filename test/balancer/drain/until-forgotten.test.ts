import { describe, expect, it } from '@jest/globals';
import { untilForgotten } from '../../../src/balancer/drain/until-forgotten.ts';
import { FakeClock } from '../../kube/fake-clock.ts';

function leaving(world: { noticed: boolean; waiting: number }) {
  const clock = new FakeClock();
  const cut = new AbortController();
  let left = false;
  const facts = {
    proxiesHaveNoticed: () => world.noticed,
    waitingClients: () => world.waiting,
    toldMilliseconds: () => clock.monotonicMilliseconds(),
    clock,
  };
  void untilForgotten(facts, cut.signal).then(() => {
    left = true;
  });
  return { clock, cut, left: () => left };
}

describe('the listeners of an ending pod', () => {
  it('stay open while kube-proxy may still send clients here', async () => {
    const world = { noticed: false, waiting: 0 };
    const { clock, left } = leaving(world);
    await clock.advance(60_000);
    const before = left();

    world.noticed = true;
    await clock.advance(100);

    expect([before, left()]).toEqual([false, true]);
  });

  it('stay open while a client is between two requests, until it has gone', async () => {
    const world = { noticed: true, waiting: 2 };
    const { clock, left } = leaving(world);
    await clock.advance(2000);
    const before = left();

    world.waiting = 0;
    await clock.advance(100);

    expect([before, left()]).toEqual([false, true]);
  });

  it('wait for a client that asks nothing 5 s at most', async () => {
    const { clock, left } = leaving({ noticed: true, waiting: 1 });
    await clock.advance(4900);
    const before = left();

    await clock.advance(100);

    expect([before, left()]).toEqual([false, true]);
  });

  it('close at once when everything is cut', async () => {
    const { clock, cut, left } = leaving({ noticed: false, waiting: 1 });

    cut.abort();
    await clock.advance(0);

    expect(left()).toBe(true);
  });
});
