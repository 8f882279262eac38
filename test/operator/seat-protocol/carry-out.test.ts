import { describe, expect, it } from '@jest/globals';
import type { SeatAction } from '../../../src/operator/plan/actions.ts';
import { carryOut } from '../../../src/operator/seat-protocol/carry-out.ts';
import { gateWith, planned, recordedApi } from './recorded-api.ts';

const gate = gateWith({ slots: ['prod-0'] });
const cas = { gate, expectResourceVersion: '500' };

describe('carryOut', () => {
  it.each<{ action: SeatAction; requests: string[] }>([
    { action: { action: 'WriteGate', ...cas, reason: 'why' }, requests: ['PUT gate'] },
    {
      action: { action: 'StartSlots', ...cas, slots: [{ number: 0, name: 'prod-0', reason: 'why' }] },
      requests: ['GET pool', 'LIST deployments', 'LIST pods', 'PUT gate', 'POST prod-0'],
    },
    { action: { action: 'TakeBackSeats', ...cas, slots: [] }, requests: ['LIST deployments', 'LIST pods', 'PUT gate'] },
    {
      action: {
        action: 'RebuildGate',
        found: { uid: 'g', resourceVersion: '500', rebuilding: true },
        slots: [],
        reason: 'why',
      },
      requests: ['GET pool', 'LIST deployments', 'LIST pods', 'PUT gate'],
    },
  ])('carries out $action.action', async ({ action, requests }) => {
    const api = recordedApi({ gateVersion: '500' });

    expect(await carryOut(api, planned, action)).toEqual({ done: true });
    expect(api.requests).toEqual(requests);
  });

  it.each<{ action: SeatAction }>([
    { action: { action: 'WriteGate', ...cas, reason: 'why' } },
    { action: { action: 'StartSlots', ...cas, slots: [] } },
    { action: { action: 'TakeBackSeats', ...cas, slots: [] } },
  ])('gives up $action.action when the gate was changed meanwhile', async ({ action }) => {
    const api = recordedApi({ gateVersion: '501' });

    expect(await carryOut(api, planned, action)).toEqual({
      done: false,
      reason: 'the start gate was changed meanwhile',
    });
    expect(api.gates).toEqual([]);
  });
});
