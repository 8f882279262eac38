import { describe, expect, it } from '@jest/globals';
import type { Backend } from '../../../src/balancer/backend.ts';
import { BalancerConfig } from '../../../src/balancer/config/schema.ts';
import type { Standing } from '../../../src/balancer/drain/drain-state.ts';
import type { PoolView, SlotEndpoint } from '../../../src/balancer/endpoints/pool-view.ts';
import type { KnownState } from '../../../src/balancer/kubernetes/last-state.ts';
import { createPoolState } from '../../../src/balancer/kubernetes/pool-state.ts';
import { memoryLogger } from '../../kube/memory-logger.ts';

const pod = (slot: string): SlotEndpoint => {
  return {
    slot,
    podName: slot,
    podUid: slot,
    address: `10.1.0.${slot}`,
    ready: true,
    serving: true,
    terminating: false,
  };
};

/** Records what the data plane is told and what is saved. */
function poolState(config?: BalancerConfig) {
  const told: string[][] = [];
  const draining: string[] = [];
  const drain: { ordered: Set<string>; standing: Standing | null; restored: (string | undefined)[] } = {
    ordered: new Set(),
    standing: null,
    restored: [],
  };
  const saved: KnownState[] = [];
  const offered: string[] = [];
  const { logger, lines } = memoryLogger();
  const state = createPoolState({
    podUid: '0',
    dataPlane: {
      setBackends: (backends: readonly Backend[]) =>
        told.push(backends.map((backend) => `${backend.name}${backend.draining ? ' drains' : ''}`)),
      setDraining: (on: boolean) => draining.push(String(on)),
    },
    drain: {
      ordered: () => drain.ordered,
      standing: () => drain.standing,
      ordersText: () => 'orders',
      restoreOrders: (text) => drain.restored.push(text),
    },
    settings: { config: () => config, text: () => 'text', offer: (text) => offered.push(text) },
    lastState: { put: (known) => saved.push(known) },
    logger,
  });
  return { state, told, saved, offered, lines, drain, draining };
}

const both: PoolView = [pod('0'), pod('1')];

describe('the state of a pool', () => {
  it('goes to the data plane and to the disk, with the external instances of the settings', () => {
    const external = BalancerConfig.parse({ backends: [{ name: 'dc2', address: '192.0.2.10' }] });
    const { state, told, saved } = poolState(external);

    state.viewChanged(both);

    expect(told).toEqual([['0', '1', 'dc2']]);
    expect(saved).toEqual([{ settings: 'text', drains: 'orders', view: both }]);
  });

  it('is not told twice', () => {
    const { state, told } = poolState();

    state.viewChanged(both);
    state.viewChanged([pod('0'), pod('1')]);
    state.settingsChanged();

    expect(told).toEqual([['0', '1']]);
  });

  it('stays in force when the EndpointSlices are gone, which is logged', () => {
    const { state, told, lines } = poolState();
    state.viewChanged(both);

    state.viewChanged([]);
    state.settingsChanged();

    expect(told).toEqual([['0', '1']]);
    expect(lines.map((line) => line.msg)).toEqual(['EndpointSlices of the pool are gone; the last ones stay in force']);
  });

  it('tells who drains, and whether the own instance does', () => {
    const { state, told, drain, draining } = poolState();
    state.viewChanged(both);

    drain.ordered = new Set(['1']);
    drain.standing = { cause: 'Ordered', since: 0, deadline: null };
    state.drainsChanged();

    expect(told).toEqual([
      ['0', '1'],
      ['0', '1 drains'],
    ]);
    expect(draining).toEqual(['false', 'true']);
  });

  it('comes from an earlier process until the API server says otherwise', () => {
    const { state, told, offered, drain } = poolState();

    state.restore({ settings: 'earlier text', drains: 'earlier orders', view: [pod('0')] });
    state.viewChanged(both);

    expect(offered).toEqual(['earlier text']);
    expect(drain.restored).toEqual(['earlier orders']);
    expect(told).toEqual([['0'], ['0', '1']]);
  });
});
