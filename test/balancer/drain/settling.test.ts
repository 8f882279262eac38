import { describe, expect, it } from '@jest/globals';
import { peersHaveNoticed, proxiesHaveNoticed } from '../../../src/balancer/drain/settling.ts';

const none = { drainingSince: 0, orderedSince: undefined, unreadySince: undefined };

describe('the other sidecars have noticed', () => {
  it.each([
    {
      name: 'not yet right after the endpoint changed',
      facts: { ...none, unreadySince: 100 },
      now: 599,
      noticed: false,
    },
    { name: '0.5 s after the endpoint changed', facts: { ...none, unreadySince: 100 }, now: 600, noticed: true },
    { name: '0.5 s after the order', facts: { ...none, orderedSince: 50, unreadySince: 400 }, now: 550, noticed: true },
    {
      name: 'at once when the endpoint was not ready before the drain began',
      facts: { ...none, drainingSince: 9000, unreadySince: 100 },
      now: 9000,
      noticed: true,
    },
    { name: 'not while this sidecar itself sees nothing', facts: none, now: 4999, noticed: false },
    { name: '5 s after the beginning, whatever this sidecar sees', facts: none, now: 5000, noticed: true },
  ])('$name: $noticed', ({ facts, now, noticed }) => {
    expect(peersHaveNoticed(facts, now)).toBe(noticed);
  });
});

describe('kube-proxy has noticed', () => {
  it.each([
    {
      name: 'not yet 1 s after the endpoint changed',
      facts: { ...none, unreadySince: 100 },
      now: 1100,
      noticed: false,
    },
    { name: '1.5 s after the endpoint changed', facts: { ...none, unreadySince: 100 }, now: 1600, noticed: true },
    {
      name: 'not by the order, which it does not read',
      facts: { ...none, orderedSince: 0 },
      now: 4999,
      noticed: false,
    },
    { name: '5 s after the beginning, whatever this sidecar sees', facts: none, now: 5000, noticed: true },
  ])('$name: $noticed', ({ facts, now, noticed }) => {
    expect(proxiesHaveNoticed(facts, now)).toBe(noticed);
  });
});
