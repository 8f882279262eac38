import { describe, expect, it } from '@jest/globals';
import { gateVerdict } from '../../../src/balancer/seat/gate.ts';
import { gateOf, own } from './builders.ts';

describe('gateVerdict', () => {
  it.each([
    { name: 'SelfHeal and a seated slot', reading: gateOf() },
    { name: 'Hold with this pod listed', reading: gateOf({ mode: 'Hold', seated: ['other', own.podUid] }) },
  ])('grants a start at $name', ({ reading }) => {
    expect(gateVerdict(reading, own, 'prod-seats')).toEqual({ granted: true, generation: 7 });
  });

  it.each([
    {
      name: 'a slot without a seat',
      reading: gateOf({ slots: ['prod-1'] }),
      refusal: { generation: 7, reason: 'StartGate', message: 'slot prod-0 holds no seat under maxInstances 2' },
    },
    {
      name: 'a listed pod whose slot has no seat',
      reading: gateOf({ mode: 'Hold', slots: [], seated: [own.podUid] }),
      refusal: { generation: 7, reason: 'StartGate' },
    },
    {
      name: 'Hold without this pod',
      reading: gateOf({ mode: 'Hold', seated: ['other'] }),
      refusal: { generation: 7, reason: 'StartGate', message: expect.stringContaining('over maxInstances 2') },
    },
    {
      name: 'a missing ConfigMap',
      reading: { kind: 'Missing' },
      refusal: { generation: null, reason: 'StartGate', message: expect.stringContaining('prod-seats does not exist') },
    },
    {
      name: 'a ConfigMap with nonsense in it',
      reading: { kind: 'Invalid', problem: 'seats.yaml: mode: Invalid option' },
      refusal: { generation: null, reason: 'StartGate', message: expect.stringContaining('mode: Invalid option') },
    },
    {
      name: 'an API server that does not answer or refuses',
      reading: { kind: 'Unavailable', problem: 'GET … failed: 403 Forbidden' },
      refusal: { generation: null, reason: 'ApiUnavailable', message: expect.stringContaining('403 Forbidden') },
    },
  ] as const)('holds at $name', ({ reading, refusal }) => {
    expect(gateVerdict(reading, own, 'prod-seats')).toMatchObject({ granted: false, ...refusal });
  });
});
