import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { poolBackends } from '../../../src/balancer/endpoints/backends.ts';
import type { SlotEndpoint } from '../../../src/balancer/endpoints/pool-view.ts';

function podOf(slot: string, podUid: string, address: string, state: Partial<SlotEndpoint> = {}): SlotEndpoint {
  return {
    slot,
    podName: `${slot}-${podUid}`,
    podUid,
    address,
    ready: true,
    serving: true,
    terminating: false,
    ...state,
  };
}

const ending = { ready: false, terminating: true };
const starting = { ready: false, serving: false };

describe('poolBackends', () => {
  it.each([
    {
      name: 'gives new work to ready pods only',
      view: [podOf('prod-0', 'u0', '10.1.0.1'), podOf('prod-1', 'u1', '10.1.0.2', starting)],
      expected: [
        { name: 'prod-0', address: '10.1.0.1', ready: true, serving: true, draining: false },
        { name: 'prod-1', address: '10.1.0.2', ready: false, serving: false, draining: false },
      ],
    },
    {
      name: 'keeps an ending pod beside its ready successor, for the sessions that it has',
      view: [podOf('prod-0', 'u1', '10.1.0.1', ending), podOf('prod-0', 'u2', '10.1.0.2')],
      expected: [
        { name: 'prod-0', address: '10.1.0.1', ready: false, serving: true, draining: false },
        { name: 'prod-0', address: '10.1.0.2', ready: true, serving: true, draining: false },
      ],
    },
    {
      name: 'gives one of two ready pods of a slot the turn',
      view: [podOf('prod-0', 'u1', '10.1.0.1'), podOf('prod-0', 'u2', '10.1.0.2')],
      expected: [
        { name: 'prod-0', address: '10.1.0.1', ready: true, serving: true, draining: false },
        { name: 'prod-0', address: '10.1.0.2', ready: false, serving: true, draining: false },
      ],
    },
    {
      name: 'has one backend where a successor got the address of the pod before it',
      view: [podOf('prod-0', 'u1', '10.1.0.1', ending), podOf('prod-0', 'u2', '10.1.0.1', starting)],
      expected: [{ name: 'prod-0', address: '10.1.0.1', ready: false, serving: false, draining: false }],
    },
  ])('$name', ({ view, expected }) => {
    expect(poolBackends(view, [])).toEqual(expected);
  });

  it('knows which of two pods of a slot drains, by its UID', () => {
    const view = [podOf('prod-0', 'u1', '10.1.0.1'), podOf('prod-0', 'u2', '10.1.0.2')];

    const backends = poolBackends(view, [], new Set(['u1']));

    expect(backends.map(({ address, ready, draining }) => [address, ready, draining])).toEqual([
      ['10.1.0.1', false, true],
      ['10.1.0.2', true, false],
    ]);
  });

  it('has the own pod as the last choice while it drains, by order too, whatever its readiness says', () => {
    const view = [podOf('prod-0', 'mine', '10.1.0.1', starting), podOf('prod-1', 'u1', '10.1.0.2')];

    const [own] = poolBackends(view, [], new Set(['mine']), 'mine');

    expect(own).toEqual({ name: 'prod-0', address: '10.1.0.1', ready: false, serving: true, draining: false });
  });

  it('gives the turn of the slot to the successor of the own pod', () => {
    const view = [podOf('prod-0', 'mine', '10.1.0.1'), podOf('prod-0', 'next', '10.1.0.2')];

    const backends = poolBackends(view, [], new Set(), 'mine');

    expect(backends.filter(({ ready }) => ready).map(({ address }) => address)).toEqual(['10.1.0.2']);
  });

  it('appends the external instances as ready', () => {
    const external = [{ name: 'dc2-win', address: '192.0.2.10', ports: { ssh: 22 } }];

    const backends = poolBackends([podOf('prod-0', 'u0', '10.1.0.1')], external);

    expect(backends.at(-1)).toEqual({
      name: 'dc2-win',
      address: '192.0.2.10',
      ports: { ssh: 22 },
      ready: true,
      serving: true,
      draining: false,
    });
  });

  it('is empty when the pool is', () => {
    expect(poolBackends([], [])).toEqual([]);
  });

  it('never has two ready backends of one name, nor one name twice at one address, and forgets no slot', () => {
    const anyPod = fc.record({
      slot: fc.constantFrom('prod-0', 'prod-1', 'prod-2'),
      podUid: fc.uuid(),
      address: fc.constantFrom('10.1.0.1', '10.1.0.2', '10.1.0.3'),
      state: fc.constantFrom({}, ending, starting, { ...ending, serving: false }),
    });
    fc.assert(
      fc.property(fc.array(anyPod, { maxLength: 8 }), (pods) => {
        const view = pods.map(({ slot, podUid, address, state }) => podOf(slot, podUid, address, state));

        const backends = poolBackends(view, []);

        const ready = backends.filter((backend) => backend.ready).map((backend) => backend.name);
        const readySlots = new Set(view.filter((endpoint) => endpoint.ready).map((endpoint) => endpoint.slot));
        const places = backends.map((backend) => `${backend.name}@${backend.address}`);
        expect(ready.toSorted()).toEqual([...readySlots].toSorted());
        expect(new Set(places).size).toBe(places.length);
        expect(new Set(places)).toEqual(new Set(view.map((endpoint) => `${endpoint.slot}@${endpoint.address}`)));
      }),
    );
  });
});
