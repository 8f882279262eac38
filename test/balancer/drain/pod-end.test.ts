import { describe, expect, it } from '@jest/globals';
import type { Standing } from '../../../src/balancer/drain/drain-state.ts';
import { createPodEnd } from '../../../src/balancer/drain/pod-end.ts';
import { FakeClock } from '../../kube/fake-clock.ts';

/** What a test changes about the pod while it ends. */
interface World {
  standing: Standing | null;
  sure: boolean;
  peersNoticed: boolean;
  proxiesNoticed: boolean;
  transit: number;
  sessions: number | null;
  waiting: number;
  listens: boolean;
  gatewayRuns: boolean;
}

const quiet: World = {
  standing: { cause: 'PodEnding', since: 0, deadline: 3_600_000 },
  sure: true,
  peersNoticed: true,
  proxiesNoticed: true,
  transit: 0,
  sessions: 0,
  waiting: 0,
  listens: true,
  gatewayRuns: false,
};

function podOf(changes: Partial<World> = {}) {
  const world = { ...quiet, ...changes };
  const clock = new FakeClock();
  const over = new AbortController();
  const cut = new AbortController();
  const cuts: (number | null)[] = [];
  const end = createPodEnd({
    drain: {
      standing: () => world.standing,
      isEnding: () => world.standing?.cause === 'PodEnding',
      isSureToEnd: () => world.sure,
      peersHaveNoticed: () => world.peersNoticed,
      proxiesHaveNoticed: () => world.proxiesNoticed,
      now: () => clock.monotonicMilliseconds(),
      over: over.signal,
    },
    dataPlane: {
      sessions: () => ({ sessions: 0, transit: world.transit, backends: {} }),
      waitingClients: () => world.waiting,
    },
    cutter: {
      cut: (known) => {
        cuts.push(known);
        return Promise.resolve();
      },
    },
    gatewaySessions: () => Promise.resolve(world.sessions),
    listens: () => world.listens,
    gatewayRuns: () => world.gatewayRuns,
    clock,
    cut: cut.signal,
  });
  return { world, clock, over, cut, end, cuts };
}

/** Whether it is over after so many milliseconds. */
async function overAfter(waiting: Promise<void>, clock: FakeClock, milliseconds: number): Promise<boolean> {
  let over = false;
  void waiting.then(() => {
    over = true;
  });
  await clock.advance(milliseconds);
  return over;
}

const never = new AbortController().signal;

describe('a gateway may be stopped', () => {
  it.each([
    { name: 'when nobody needs it', changes: {}, stopped: true },
    { name: 'not while it has sessions', changes: { sessions: 1 }, stopped: false },
    { name: 'not while nobody knows whether it has any', changes: { sessions: null }, stopped: false },
    { name: 'not while sessions of others run through its pod', changes: { transit: 1 }, stopped: false },
    { name: 'not before the other sidecars have noticed', changes: { peersNoticed: false }, stopped: false },
    {
      name: 'without anybody noticing, when nobody dials it',
      changes: { peersNoticed: false, listens: false },
      stopped: true,
    },
    {
      name: 'before kube-proxy has noticed: who comes in still gets to others',
      changes: { proxiesNoticed: false },
      stopped: true,
    },
  ])('$name', async ({ changes, stopped }) => {
    const { end, clock } = podOf(changes);

    expect(await overAfter(end.drained(never), clock, 4000)).toBe(stopped);
  });

  it('at the deadline, after its sessions were cut', async () => {
    const { end, clock, over, cuts } = podOf({ sessions: 3 });
    const waiting = end.drained(never);
    await clock.advance(4000);

    over.abort();

    await waiting;
    expect([cuts, end.cutOff.aborted]).toEqual([[0], true]);
  });
});

describe('the sidecar of an ending pod leaves', () => {
  it.each([
    { name: 'when nobody comes in any more', changes: {}, left: true },
    { name: 'not before kube-proxy has noticed', changes: { proxiesNoticed: false }, left: false },
    { name: 'not while a client is between two requests', changes: { waiting: 1 }, left: false },
    { name: 'at once when nobody dials the pool', changes: { listens: false, proxiesNoticed: false }, left: true },
    {
      name: 'at once when the pod does not end: only its own process is restarted',
      changes: { standing: null, proxiesNoticed: false },
      left: true,
    },
  ])('$name', async ({ changes, left }) => {
    const { end, clock, cuts } = podOf(changes);

    expect(await overAfter(end.leave(), clock, 4000)).toBe(left);
    expect(cuts).toEqual([]);
  });

  it('and cuts what is left when the kubelet stops gateway and sidecar together: in 2 s it kills them', async () => {
    const { end, cuts } = podOf({ gatewayRuns: true, proxiesNoticed: false });

    await end.leave();

    expect([cuts, end.cutOff.aborted]).toEqual([[0], true]);
  });

  it('and counts what the gateway took along, when the kubelet did not wait for its answer', async () => {
    const { end, world, clock, cuts } = podOf({ sessions: 3, proxiesNoticed: false });
    void end.drained(never);
    await clock.advance(4000);

    world.sessions = 0;
    await end.leave();

    expect([cuts, end.cutOff.aborted]).toEqual([[3], true]);
  });

  it('and cuts nothing when a restarted kubelet asked once more and got its answer', async () => {
    const { end, world, clock, cuts } = podOf({ sessions: 3 });
    const kubelet = new AbortController();
    const first = end.drained(kubelet.signal);
    await clock.advance(1000);
    kubelet.abort();
    await first;

    const second = end.drained(never);
    world.sessions = 0;
    await clock.advance(2000);
    await second;
    await end.leave();

    expect([cuts, end.cutOff.aborted]).toEqual([[], false]);
  });

  it('and remembers no answer that it gave for the restart of a gateway, long before', async () => {
    const { end, world, clock, cuts } = podOf({ standing: null, sessions: 2 });
    const restart = end.drained(never);
    await clock.advance(6000);
    await restart;

    world.standing = quiet.standing;
    void end.drained(never);
    await clock.advance(1000);
    await end.leave();

    expect(cuts).toEqual([2]);
  });

  it('and cuts nothing when its own process is restarted beside a gateway that runs', async () => {
    const { end, clock, cuts } = podOf({ gatewayRuns: true, sure: false });

    expect(await overAfter(end.leave(), clock, 4000)).toBe(true);
    expect(cuts).toEqual([]);
  });

  it('and cuts what came after the deadline', async () => {
    const { end, clock, over, cuts } = podOf();
    over.abort();
    await clock.advance(0);

    await end.leave();

    expect(cuts).toEqual([0, 0]);
  });

  it('at once when told twice to end', async () => {
    const { end, clock, cut, cuts } = podOf({ proxiesNoticed: false });
    const leaving = end.leave();
    await clock.advance(1000);

    cut.abort();

    await leaving;
    expect(cuts).not.toEqual([]);
  });
});
