import { describe, expect, it } from '@jest/globals';
import { pictureOf } from '../../../src/operator/plan/picture.ts';
import { slotStatuses } from '../../../src/operator/plan/slot-status.ts';
import { deploymentOf, endingPodOf, now, podOf, poolOf, slotOf, waitingPodOf } from './pool-of.ts';
import type { PoolSketch } from './pool-of.ts';

const statuses = (sketch: PoolSketch) => slotStatuses(pictureOf(poolOf(sketch)), now);
const waits = (reason: string, message: string) => ({ waiting: { reason, message } });

describe('slotStatuses', () => {
  it.each<{ name: string; sketch: PoolSketch; state: string; reason: string | RegExp }>([
    { name: 'serves', sketch: { running: [0] }, state: 'Ready', reason: 'serves' },
    {
      name: 'has no pod yet',
      sketch: { slots: [slotOf(0, { pods: [] })] },
      state: 'Starting',
      reason: 'its pod is being created',
    },
    {
      name: 'has no node yet',
      sketch: { slots: [slotOf(0, { pods: [waitingPodOf(0, { node: undefined })] })] },
      state: 'Starting',
      reason: 'waits for a node',
    },
    {
      name: 'fits on no node',
      sketch: {
        slots: [slotOf(0, { pods: [waitingPodOf(0, { node: undefined, ...waits('Unschedulable', '0/2 nodes') })] })],
      },
      state: 'Starting',
      reason: 'Unschedulable: 0/2 nodes',
    },
    {
      name: 'starts its containers',
      sketch: { starting: [0] },
      state: 'Starting',
      reason: 'its containers are starting',
    },
    {
      name: 'was let through, and listens not yet',
      sketch: { slots: [slotOf(0, { pods: [podOf(0, { ready: false })] })] },
      state: 'Starting',
      reason: 'gateway was started, its readiness probe fails',
    },
    {
      name: 'crashes again and again',
      sketch: {
        slots: [slotOf(0, { pods: [podOf(0, { ready: false, restarts: 4, ...waits('CrashLoopBackOff', 'exit 1') })] })],
      },
      state: 'Starting',
      reason: 'gateway was started (4 restarts), CrashLoopBackOff: exit 1',
    },
    { name: 'is held, as its sidecar says', sketch: { held: [0] }, state: 'Held', reason: 'no seat is free' },
    {
      name: 'waits for an older pod of the slot',
      sketch: {
        slots: [slotOf(0, { pods: [endingPodOf(0, { name: 'prod-0-old' }), waitingPodOf(0, { uid: 'new' })] })],
      },
      state: 'Held',
      reason: 'waits until pod prod-0-old has ended: one gateway per slot',
    },
    {
      name: 'is above the cap',
      sketch: { max: 1, slots: [slotOf(0, { pods: [waitingPodOf(0)] }), slotOf(1)] },
      state: 'Held',
      reason: /^nothing may start: more seats are taken than the maximum of 1 allows/u,
    },
    { name: 'has no seat', sketch: { starting: [0], seats: [] }, state: 'Held', reason: 'its slot has no seat' },
    {
      name: 'ends',
      sketch: { ending: [0] },
      state: 'Stopping',
      reason: 'pod prod-0-abc ends as soon as its sessions or its grace period are over',
    },
    {
      name: 'is on a lost node',
      sketch: { slots: [slotOf(0, { pods: [podOf(0, { nodeLost: true })] })] },
      state: 'Lost',
      reason: 'node node-a does not answer',
    },
    {
      name: 'has only a seat',
      sketch: { seats: [0] },
      state: 'Vacant',
      reason: 'holds a seat; its Deployment is created as soon as it may start',
    },
    {
      name: 'was scaled to 0',
      sketch: { slots: [slotOf(0, { deployment: deploymentOf(0, { replicas: 0 }), pods: [] })] },
      state: 'Vacant',
      reason: 'Deployment prod-0 was scaled to 0 by hand',
    },
    {
      name: 'has a Deployment without a seat',
      sketch: { slots: [slotOf(0, { pods: [] })], seats: [] },
      state: 'Vacant',
      reason: 'Deployment prod-0 has no seat and is deleted',
    },
    {
      name: 'is not needed any more',
      sketch: { replicas: 0, running: [0], listening: true },
      state: 'Draining',
      reason:
        /^takes no new sessions; its sessions are not known.*; stopped as soon as its sessions are over: replicas is 0$/u,
    },
    {
      name: 'is older than the spec',
      sketch: { slots: [slotOf(0, { pods: [podOf(0, { revision: 'old' })] })] },
      state: 'Ready',
      reason: 'serves; runs an older image, template or configuration',
    },
  ])('a slot that $name is $state', ({ sketch, state, reason }) => {
    const [slot] = statuses(sketch);

    expect(slot?.state).toBe(state);
    expect(slot?.reason).toMatch(reason);
  });

  const earlier = '2026-01-01T00:00:00.000Z';
  const known = (state: 'Ready' | 'Starting', pod: string) => ({
    maxInstances: 3,
    externalInstances: 0,
    slots: [{ name: 'prod-0', state, reason: 'as before', pod, since: earlier }],
  });

  it('keeps since while the state stays, though the reason changes', () => {
    const [slot] = statuses({ running: [0], status: known('Ready', 'prod-0-abc') });

    expect(slot?.since).toBe(earlier);
  });

  it('moves since with the state', () => {
    const [slot] = statuses({ running: [0], status: known('Starting', 'prod-0-abc') });

    expect(slot?.since).toBe(now.toISOString());
  });

  it.each([
    { name: 'NotReady, if that very pod served before', pod: 'prod-0-abc', state: 'NotReady' },
    { name: 'Starting, if it was another pod', pod: 'prod-0-old', state: 'Starting' },
  ])('calls a gateway that is not ready $name', ({ pod, state }) => {
    const [slot] = statuses({
      slots: [slotOf(0, { pods: [podOf(0, { ready: false })] })],
      status: known('Ready', pod),
    });

    expect(slot?.state).toBe(state);
  });

  it('leaves out what is not known and cuts what is too long', () => {
    const message = 'x'.repeat(2000);
    const [bare, long] = statuses({
      seats: [0, 1],
      slots: [slotOf(1, { pods: [waitingPodOf(1, waits('ImagePullBackOff', message))] })],
    });

    expect(Object.keys(bare ?? {})).toEqual(['name', 'state', 'reason', 'since']);
    expect(long?.reason).toHaveLength(1024);
  });
});
