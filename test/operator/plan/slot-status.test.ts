import { describe, expect, it } from '@jest/globals';
import type { ObservedPod } from '../../../src/operator/plan/observation.ts';
import { pictureOf } from '../../../src/operator/plan/picture.ts';
import { slotStatuses } from '../../../src/operator/plan/slot-status.ts';
import { asked, deploymentOf, endingPodOf, now, podOf, poolOf, slotOf, waitingPodOf } from './pool-of.ts';
import type { PoolSketch } from './pool-of.ts';

const statuses = (sketch: PoolSketch) => slotStatuses(pictureOf(poolOf(sketch)), now);
const served = [{ name: 'prod-1', state: 'Ready' as const, reason: 'serves', pod: 'prod-1-abc' }];
/** Slot 1 drains because of an image change, and has served before. */
const draining: PoolSketch = {
  max: 2,
  running: [0],
  outdated: [1],
  draining: [1],
  listening: true,
  status: { maxInstances: 2, externalInstances: 0, slots: served },
};
const failing = slotOf(0, {
  deployment: deploymentOf(0, { available: false, lastGood: { revision: 'old', configCopy: 'c' } }),
  pods: [podOf(0, { ready: false, restarts: 3, waiting: { reason: 'CrashLoopBackOff', message: 'exit 1' } })],
});
const waits = (reason: string, message: string) => ({ waiting: { reason, message } });
/** Its sidecar let the gateway through, and the container is not there yet. */
const letThrough = (change: Partial<ObservedPod> = {}) =>
  podOf(0, { ready: false, gatewayEverStarted: false, gatewayRunsMilliseconds: undefined, ...change });

describe('slotStatuses', () => {
  it.each<{
    name: string;
    sketch: PoolSketch;
    answers?: Parameters<typeof asked>[1];
    slot?: number;
    state: string;
    reason: string | RegExp;
  }>([
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
      name: 'was let through, and whose image is pulled',
      sketch: { listening: true, slots: [slotOf(0, { pods: [letThrough()] })] },
      state: 'Starting',
      reason: 'its image is pulled or its container is created',
    },
    {
      name: 'was let through, and whose image cannot be pulled',
      sketch: { listening: true, slots: [slotOf(0, { pods: [letThrough(waits('ErrImagePull', 'no such tag'))] })] },
      state: 'Starting',
      reason: 'its container waits: ErrImagePull: no such tag; correct spec.image, or let the nodes pull it',
    },
    {
      name: 'runs for a moment',
      sketch: {
        listening: true,
        slots: [slotOf(0, { pods: [podOf(0, { ready: false, gatewayRunsMilliseconds: 4999 })] })],
      },
      state: 'Starting',
      reason: 'gateway was started, and is not ready yet',
    },
    {
      name: 'runs for some seconds',
      sketch: {
        listening: true,
        slots: [slotOf(0, { pods: [podOf(0, { ready: false, gatewayRunsMilliseconds: 5000 })] })],
      },
      state: 'Starting',
      reason: /^gateway was started, its readiness probe fails; it has to listen on 2222 as targetPort says/u,
    },
    {
      name: 'runs beside a container that does not',
      sketch: {
        slots: [slotOf(0, { pods: [podOf(0, { ready: false, ...waits('CreateContainerError', 'no shell') })] })],
      },
      state: 'Starting',
      reason: 'gateway was started, CreateContainerError: no shell; correct spec.template',
    },
    {
      name: 'crashed and was just started again',
      sketch: {
        listening: true,
        slots: [
          slotOf(0, {
            pods: [podOf(0, { ready: false, restarts: 1, lastEnd: { reason: 'Error', exitCode: 7 } })],
          }),
        ],
      },
      state: 'Starting',
      reason:
        'gateway was started (1 restart), it last ended with Error, exit code 7; see why: kubectl logs -n pam prod-0-abc -c gateway --previous',
    },
    {
      name: 'crashed and waits for its next start',
      sketch: {
        slots: [
          slotOf(0, {
            pods: [
              podOf(0, {
                ready: false,
                restarts: 2,
                lastEnd: { reason: 'OOMKilled', exitCode: 137 },
                ...waits('CrashLoopBackOff', 'back-off 20s'),
              }),
            ],
          }),
        ],
      },
      state: 'Starting',
      reason:
        'gateway was started (2 restarts), CrashLoopBackOff: back-off 20s; it last ended with OOMKilled, exit code 137; see why: kubectl logs -n pam prod-0-abc -c gateway --previous',
    },
    {
      name: 'was asked to stop in a pause',
      sketch: {
        spec: { paused: true },
        slots: [slotOf(0, { deployment: deploymentOf(0, { stopRequested: true }) })],
      },
      state: 'Ready',
      reason: 'serves; asked to stop; nothing is stopped while spec.paused is true',
    },
    {
      name: 'was deleted in a pause and is wanted',
      sketch: { seats: [0], spec: { paused: true } },
      state: 'Vacant',
      reason: 'holds a seat; its Deployment is created when spec.paused is false',
    },
    {
      name: 'was deleted in a pause and is not wanted any more',
      sketch: { replicas: 1, running: [0], seats: [0, 1], spec: { paused: true } },
      slot: 1,
      state: 'Vacant',
      reason: 'was stopped, and is not wanted: 1 is; its seat is taken back when spec.paused is false',
    },
    {
      name: 'was deleted and is not wanted any more',
      sketch: { replicas: 0, seats: [0] },
      state: 'Vacant',
      reason: 'was stopped, and is not wanted: 0 are; its seat is taken back',
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
      reason:
        'waits until pod prod-0-old has ended, when its sessions are over, at 2026-03-01T13:01:00Z at the latest: one gateway per slot',
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
      reason: 'pod prod-0-abc ends when its sessions are over, at 2026-03-01T13:01:00Z at the latest',
    },
    {
      name: 'was evicted from a node that does not answer, and what it did before is not known any more',
      sketch: { slots: [slotOf(0, { pods: [endingPodOf(0, { nodeLost: true })] })] },
      state: 'Lost',
      reason: 'node node-a does not answer',
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
      name: 'drains, with sessions of its own and of others',
      sketch: draining,
      answers: { 0: { backends: { 'prod-1': 2 } }, 1: { transit: 1 } },
      slot: 1,
      state: 'Draining',
      reason:
        'takes no new sessions; 3 sessions are open (2 in it, 1 of other instances through it); replaced as soon as its sessions are over: the image or the template changed',
    },
    {
      name: 'drains, and one sidecar does not answer',
      sketch: draining,
      answers: { 0: 'silent' },
      slot: 1,
      state: 'Draining',
      reason:
        'takes no new sessions; its sessions are not known, so it counts as busy: the sidecar of pod prod-0-abc, through which sessions may run, does not answer; replaced as soon as its sessions are over: the image or the template changed',
    },
    {
      name: 'drains, and one sidecar does not know it yet',
      sketch: draining,
      answers: { 0: { knownDrains: [] } },
      slot: 1,
      state: 'Draining',
      reason:
        'takes no new sessions; no session is open; the sidecar of pod prod-0-abc does not know yet that prod-1-abc drains; replaced as soon as its sessions are over: the image or the template changed',
    },
    {
      name: 'has a deadline',
      sketch: { ...draining, rollout: { policy: 'Rolling' } },
      answers: { 1: { transit: 1 } },
      slot: 1,
      state: 'Draining',
      reason:
        'takes no new sessions; 1 session is open (0 in it, 1 of other instances through it); replaced when its sessions are over, 3600 s after the drain began at the latest: the image or the template changed',
    },
    {
      name: 'dials out: nobody can ask its router to stop',
      sketch: { max: 2, running: [0], outdated: [1], draining: [1] },
      answers: { 1: { sessions: 2, busyPeers: ['192.0.2.7:443', '192.0.2.8:443'] } },
      slot: 1,
      state: 'Draining',
      reason:
        'new sessions may still come, because nobody can ask its router to stop; 2 sessions are open, with 192.0.2.7:443, 192.0.2.8:443; replaced as soon as its sessions are over: the image or the template changed',
    },
    {
      name: 'is the only one that serves, so it is not drained',
      sketch: { max: 1, outdated: [0], listening: true },
      answers: { 0: { backends: { 'prod-0': 1 } } },
      state: 'Ready',
      reason:
        'serves; takes new sessions, because no other instance does; 1 session is open; replaced as soon as its sessions are over: the image or the template changed',
    },
    {
      name: 'was told to drain before the pool was paused, which takes that back',
      sketch: { ...draining, spec: { paused: true } },
      slot: 1,
      state: 'NotReady',
      reason: /; runs an older image, template or configuration$/u,
    },
    {
      name: 'takes new sessions again',
      sketch: { ...draining, max: 1 },
      slot: 1,
      state: 'NotReady',
      reason: /; runs an older image, template or configuration$/u,
    },
    {
      name: 'is replaced now',
      sketch: { max: 2, running: [0], outdated: [1] },
      answers: {},
      slot: 1,
      state: 'Ready',
      reason: 'serves; replaced as soon as its sessions are over: the image or the template changed',
    },
    {
      name: 'never became ready, and drains before it goes back',
      sketch: { max: 1, listening: true, draining: [0], slots: [failing] },
      answers: {},
      state: 'Starting',
      reason:
        'gateway was started (3 restarts), CrashLoopBackOff: exit 1; see why: kubectl logs -n pam prod-0-abc -c gateway --previous; put back to revision old as soon as its sessions are over: revision new failed, its gateway ended again and again',
    },
    {
      name: 'listens somewhere else, maybe',
      sketch: { listening: true, slots: [slotOf(0, { pods: [podOf(0, { ready: false })] })] },
      state: 'Starting',
      reason:
        'gateway was started, its readiness probe fails; it has to listen on 2222 as targetPort says: correct whichever is wrong',
    },
    {
      name: 'is older than the spec',
      sketch: { slots: [slotOf(0, { pods: [podOf(0, { revision: 'old' })] })] },
      state: 'Ready',
      reason: 'serves; runs an older image, template or configuration',
    },
  ])('a slot that $name is $state', ({ sketch, answers, slot: number = 0, state, reason }) => {
    const pool = answers === undefined ? poolOf(sketch) : asked(poolOf(sketch), answers);
    const slot = slotStatuses(pictureOf(pool), now).find(({ name }) => name === `prod-${number}`);

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
