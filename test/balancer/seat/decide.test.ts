import { describe, expect, it } from '@jest/globals';
import { heldBy, slotVerdict } from '../../../src/balancer/seat/decide.ts';
import type { GateVerdict } from '../../../src/balancer/seat/gate.ts';
import { ending, own, podOf, viewOf } from './builders.ts';

const occupant = { podUid: 'a', description: 'pod prod-0-a (is still ending)' };
const granted: GateVerdict = { granted: true, generation: 7 };
const refused: GateVerdict = { granted: false, generation: 7, reason: 'StartGate', message: 'no seat' };

describe('slotVerdict', () => {
  it('is free when this pod is listed and nobody is waited for', () => {
    expect(slotVerdict(viewOf(), own, [])).toEqual({ free: true });
  });

  it.each([
    { name: 'before the first look', view: undefined, reason: 'ApiUnavailable' },
    { name: 'before this pod is listed', view: [podOf('a')], reason: 'EndpointMissing' },
    { name: 'in an empty pool', view: [], reason: 'EndpointMissing' },
    { name: 'once this pod is being deleted', view: [podOf(own.podUid, ending)], reason: 'PodEnding' },
  ])('decides nothing $name', ({ view, reason }) => {
    expect(slotVerdict(view, own, [])).toMatchObject({ free: false, reason });
  });

  it('names every pod that is in the way', () => {
    const other = { podUid: 'b', description: 'pod prod-0-b (is there already)' };

    expect(slotVerdict(viewOf(), own, [occupant, other])).toEqual({
      free: false,
      reason: 'SlotOccupied',
      message: 'slot prod-0 is occupied by pod prod-0-a (is still ending), pod prod-0-b (is there already)',
      waitsFor: ['a', 'b'],
    });
  });
});

describe('heldBy', () => {
  const occupied = slotVerdict(viewOf(), own, [occupant]);

  it('is null when the slot is free and the gate grants', () => {
    expect(heldBy({ free: true }, granted)).toBeNull();
  });

  it('is the gate when only the gate refuses', () => {
    expect(heldBy({ free: true }, refused)).toEqual({
      reason: 'StartGate',
      message: 'no seat',
      seatsGeneration: 7,
      waitsFor: [],
    });
  });

  it.each([granted, refused])(
    'is the slot when that is occupied, with the generation of the gate ($granted)',
    (gate) => {
      expect(heldBy(occupied, gate)).toMatchObject({ reason: 'SlotOccupied', seatsGeneration: 7, waitsFor: ['a'] });
    },
  );
});
