import { describe, expect, it } from '@jest/globals';
import type { PoolView } from '../../../src/balancer/endpoints/pool-view.ts';
import type { GateReading } from '../../../src/balancer/seat/gate.ts';
import type { PeerAnswer } from '../../../src/balancer/seat/occupants.ts';
import { createSeat } from '../../../src/balancer/seat/seat.ts';
import { FakeClock } from '../../kube/fake-clock.ts';
import { memoryLogger } from '../../kube/memory-logger.ts';
import { ending, gateOf, lost, own, podOf, running, viewOf } from './builders.ts';

/** A seat in a world that a test changes at will: at first nothing stands in the way. */
function seatIn(world: Partial<World> = {}) {
  const state: World = {
    view: viewOf(),
    live: undefined,
    gate: gateOf(),
    answers: {},
    markerSet: false,
    markerFails: false,
    markerMilliseconds: 0,
    calls: [],
    ...world,
  };
  const clock = new FakeClock();
  const stop = new AbortController();
  const { logger, lines } = memoryLogger();
  const seat = createSeat({
    own,
    gateName: 'prod-seats',
    sources: {
      watchedView: () => state.view,
      liveView: async () => {
        state.calls.push('liveView');
        if (state.live instanceof Error) throw state.live;
        return state.live ?? state.view ?? [];
      },
      readGate: async () => {
        state.calls.push('readGate');
        return state.gate;
      },
      askPeer: async ({ podUid }) => state.answers[podUid] ?? { kind: 'Silent' },
    },
    marker: {
      isSet: async () => state.markerSet,
      set: async () => {
        state.calls.push(`marker while held is ${seat.held()?.reason ?? null}`);
        if (state.markerFails) throw new Error('ENOSPC: no space left on device');
        if (state.markerMilliseconds > 0) await clock.sleep(state.markerMilliseconds, stop.signal);
        state.markerSet = true;
      },
      clear: async () => {
        state.markerSet = false;
      },
    },
    clock,
    random: () => 0.5,
    logger,
    onPodEnding: () => state.calls.push('onPodEnding'),
  });
  const run = seat.run(stop.signal);
  const messages = () => lines.map((line) => line.msg);
  return { seat, state, clock, stop, run, messages };
}

interface World {
  view: PoolView | undefined;
  live: PoolView | Error | undefined;
  gate: GateReading;
  answers: Record<string, PeerAnswer>;
  markerSet: boolean;
  markerFails: boolean;
  markerMilliseconds: number;
  calls: string[];
}

describe('a seat', () => {
  it('is taken at once when nothing stands in the way: marker first, after a live look at the pool and the gate', async () => {
    const { seat, state, run } = seatIn();

    await run;

    expect(seat.taken()).toBe(true);
    expect(seat.held()).toBeNull();
    expect(state.calls).toEqual(['liveView', 'readGate', 'marker while held is null']);
  });

  it('is kept over restarts without a question', async () => {
    const { seat, state, run } = seatIn({
      markerSet: true,
      view: undefined,
      gate: { kind: 'Unavailable', problem: 'down' },
    });

    await run;

    expect(seat.taken()).toBe(true);
    expect(state.calls).toEqual([]);
  });

  it('gives up, and says so, when its pod is deleted before the gateway ran: SIGTERM may have been lost', async () => {
    const { seat, state, clock, run } = seatIn({ gate: gateOf({ slots: [] }) });
    await clock.advance(5000);
    const callsWhileHeld = [...state.calls];

    state.view = [podOf(own.podUid, ending)];
    await clock.advance(2000);
    await run;

    expect(callsWhileHeld).not.toContain('onPodEnding');
    expect(state.calls.filter((call) => call === 'onPodEnding')).toHaveLength(1);
    expect(seat.taken()).toBe(false);
  });

  it('waits for a running pod of its slot for ever, and starts when it is gone', async () => {
    const { seat, state, clock } = seatIn({ view: viewOf(podOf('a', running)), answers: { a: { kind: 'Seated' } } });
    await clock.advance(86_400_000);
    const heldAfterADay = seat.held();

    state.view = viewOf();
    await clock.advance(2000);

    expect(heldAfterADay).toMatchObject({ reason: 'SlotOccupied', waitsFor: ['a'], seatsGeneration: 7 });
    expect(seat.taken()).toBe(true);
    // From the decision on nobody may take it for a waiting pod.
    expect(state.calls.at(-1)).toBe('marker while held is null');
  });

  it('takes over from a lost pod after 30 s of silence, not before', async () => {
    const { seat, clock } = seatIn({ view: viewOf(podOf('a', lost)) });

    await clock.advance(29_900);
    const early = seat.taken();
    await clock.advance(2000);

    expect(early).toBe(false);
    expect(seat.taken()).toBe(true);
  });

  it('counts the silence of a lost pod from its last answer', async () => {
    const { seat, state, clock } = seatIn({ view: viewOf(podOf('a', lost)) });
    await clock.advance(20_000);
    state.answers['a'] = { kind: 'Seated' };
    await clock.advance(2000);
    state.answers = {};

    await clock.advance(28_000);
    const early = seat.taken();
    await clock.advance(4000);

    expect(early).toBe(false);
    expect(seat.taken()).toBe(true);
  });

  it('does not start on a watch that lags behind: the live look counts', async () => {
    const { seat, state, clock } = seatIn({ view: viewOf(), live: viewOf(podOf('a', running)) });
    await clock.advance(10_000);
    const held = seat.held();

    state.live = viewOf();
    await clock.advance(2000);

    expect(held).toMatchObject({ reason: 'SlotOccupied', waitsFor: ['a'] });
    expect(seat.taken()).toBe(true);
  });

  it('does not start when a pod appears while the gate is read', async () => {
    const { seat, state, clock } = seatIn({ gate: { kind: 'Missing' } });
    await clock.advance(0);
    const gate = gateOf();
    Object.defineProperty(state, 'gate', {
      get: () => {
        state.view = viewOf(podOf('a', running));
        return gate;
      },
    });

    await clock.advance(2000);

    expect(seat.taken()).toBe(false);
    expect(seat.held()).toMatchObject({ reason: 'SlotOccupied' });
  });

  it.each([
    { name: 'the gate does not exist', world: { gate: { kind: 'Missing' } }, reason: 'StartGate', generation: null },
    { name: 'the gate refuses', world: { gate: gateOf({ slots: [] }) }, reason: 'StartGate', generation: 7 },
    {
      name: 'the API server does not answer',
      world: { gate: { kind: 'Unavailable', problem: 'ECONNREFUSED' } },
      reason: 'ApiUnavailable',
      generation: null,
    },
    { name: 'the watch has not begun', world: { view: undefined }, reason: 'ApiUnavailable', generation: 7 },
    {
      name: 'the live look fails',
      world: { live: new Error('403 Forbidden') },
      reason: 'ApiUnavailable',
      generation: 7,
    },
    { name: 'this pod is not listed yet', world: { view: [] }, reason: 'EndpointMissing', generation: 7 },
    { name: 'the marker cannot be written', world: { markerFails: true }, reason: 'StartGate', generation: null },
  ] as const)('is held while $name, and taken once that is over', async ({ world, reason, generation }) => {
    const { seat, state, clock } = seatIn(world);
    await clock.advance(60_000);
    const held = seat.held();
    const early = seat.taken();

    Object.assign(state, { view: viewOf(), live: undefined, gate: gateOf(), markerFails: false });
    await clock.advance(2000);

    expect(early).toBe(false);
    expect(held).toMatchObject({ reason, seatsGeneration: generation });
    expect(seat.taken()).toBe(true);
  });

  it('does not start on a look at the gate that got old while the disk was slow, and tries again', async () => {
    const { seat, state, clock } = seatIn({ markerMilliseconds: 10_100 });
    await clock.advance(10_200);
    const held = seat.held();
    const markerSet = state.markerSet;

    state.markerMilliseconds = 9000;
    await clock.advance(12_000);

    expect(held?.message).toBe(
      'the seat marker cannot be written: writing it took longer than the 10 s that a look at the gate is good for',
    );
    expect(markerSet).toBe(false);
    expect(seat.taken()).toBe(true);
  });

  it('reports the newest generation of the gate while its slot is occupied', async () => {
    const { seat, state, clock } = seatIn({ view: viewOf(podOf('a', ending)) });
    await clock.advance(2000);

    state.gate = gateOf({ generation: 8, mode: 'Hold' });
    await clock.advance(2000);

    expect(seat.held()).toMatchObject({ reason: 'SlotOccupied', seatsGeneration: 8 });
  });

  it('asks every 1 to 2 s while it is held', async () => {
    const { state, clock } = seatIn({ gate: { kind: 'Missing' } });

    await clock.advance(60_000);

    const reads = state.calls.filter((call) => call === 'readGate').length;
    expect(reads).toBeGreaterThanOrEqual(30);
    expect(reads).toBeLessThanOrEqual(61);
  });

  it('looks again at once when the pool changes, but not more than five times a second', async () => {
    const { seat, state, clock } = seatIn({ view: viewOf(podOf('a', ending)) });
    await clock.advance(300);
    const before = state.calls.length;

    for (let change = 0; change < 100; change++) {
      seat.viewChanged();
      await clock.advance(10);
    }
    const during = state.calls.length - before;
    state.view = viewOf();
    seat.viewChanged();
    await clock.advance(200);

    expect(during).toBeGreaterThanOrEqual(4);
    expect(during).toBeLessThanOrEqual(6);
    expect(seat.taken()).toBe(true);
  });

  it('logs each reason once, not at each look', async () => {
    const { state, clock, messages } = seatIn({ view: viewOf(podOf('a', ending)) });
    await clock.advance(20_000);

    state.gate = gateOf({ slots: [] });
    state.view = viewOf();
    await clock.advance(20_000);

    expect(messages()).toEqual([
      'Held the gateway back: slot prod-0 is occupied by pod prod-0-a (is still ending)',
      'Held the gateway back: slot prod-0 holds no seat under maxInstances 2',
    ]);
  });

  it('ends when told to, without a seat and without a write', async () => {
    const { seat, state, clock, stop, run } = seatIn({ gate: { kind: 'Missing' } });
    await clock.advance(5000);

    stop.abort();
    await run;

    expect(seat.taken()).toBe(false);
    expect(state.markerSet).toBe(false);
    expect(clock.sleeping).toBe(0);
  });
});
