import { describe, expect, it } from '@jest/globals';
import { orderOf } from '../../../src/operator/plan/order-of.ts';
import { drainOf } from './pool-of.ts';

describe('orderOf', () => {
  const draining = [drainOf(1), drainOf(2)];

  it.each([
    { name: 'the order of the very pod', drains: { draining }, order: draining[1] },
    { name: 'nothing for a pod that may go on', drains: { draining: [drainOf(1)] }, order: undefined },
    { name: 'nothing while there is no list', drains: undefined, order: undefined },
  ])('finds $name', ({ drains, order }) => {
    expect(orderOf('pod-2', drains)).toBe(order);
  });
});
