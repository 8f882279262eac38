import { describe, expect, it } from '@jest/globals';
import { SessionSettings } from '../../../src/api/session-settings.ts';
import { countedPods, loadOf } from '../../../src/operator/plan/busy.ts';
import type { Observation } from '../../../src/operator/plan/observation.ts';
import { answerOf, asked, endingPodOf, podOf, poolOf, slotOf, waitingPodOf } from './pool-of.ts';

const load = (pool: Observation, slot = 'prod-2') => loadOf(slot, countedPods(pool), pool.pool.spec);
const listening = { running: [0, 1, 2], listening: true };
const http = SessionSettings.parse({ source: 'HTTP', http: { port: 8080 } });
const crashing = { waiting: { reason: 'CrashLoopBackOff', message: 'exit 1' }, ready: false, restarts: 2 };

describe('loadOf, what is known', () => {
  it.each([
    { name: 'nothing', pool: asked(poolOf(listening)), sessions: 0, transit: 0 },
    {
      name: 'sessions that entered through every sidecar of the pool',
      pool: asked(poolOf(listening), {
        0: { backends: { 'prod-0': 5, 'prod-2': 1 } },
        1: { backends: { 'prod-2': 2 } },
        2: { backends: { 'prod-2': 4, 'prod-1': 9 } },
      }),
      sessions: 7,
      transit: 0,
    },
    {
      name: 'sessions of others that enter through its own sidecar',
      pool: asked(poolOf(listening), { 2: { transit: 3, backends: { 'prod-0': 3 } } }),
      sessions: 0,
      transit: 3,
    },
    {
      name: 'sessions through a pod that is ending',
      pool: asked(poolOf({ running: [0, 2], ending: [1], listening: true }), { 1: { backends: { 'prod-2': 1 } } }),
      sessions: 1,
      transit: 0,
    },
    {
      name: 'what the gateway says of itself, and not what sidecars carry, with source HTTP',
      pool: asked(poolOf({ ...listening, spec: { sessions: http } }), {
        0: { backends: { 'prod-2': 8 } },
        2: { sessions: 2, transit: 1 },
      }),
      sessions: 2,
      transit: 1,
    },
    {
      name: 'connections of the own pod, without listeners',
      pool: asked(poolOf({ running: [0, 2] }), { 0: { sessions: 4 }, 2: { sessions: 1 } }),
      sessions: 1,
      transit: 0,
    },
    {
      name: 'no session of a gateway that crashes all the time and cannot tell, but what enters through its sidecar',
      pool: asked(
        poolOf({
          listening: true,
          spec: { sessions: http },
          running: [0, 1],
          slots: [slotOf(2, { pods: [podOf(2, crashing)] })],
        }),
        { 2: { sessions: undefined, transit: 2 } },
      ),
      sessions: 0,
      transit: 2,
    },
    {
      name: 'nothing of a pod that waits for its seat',
      pool: asked(poolOf({ running: [0], held: [2], listening: true })),
      sessions: 0,
      transit: 0,
    },
    {
      name: 'nothing of a pod without a node',
      pool: asked(poolOf({ running: [0], slots: [slotOf(2, { pods: [waitingPodOf(2, { node: undefined })] })] })),
      sessions: 0,
      transit: 0,
    },
    {
      name: 'nothing of a pod whose sidecar never ran, although nobody answers',
      pool: asked(
        poolOf({ running: [0], slots: [slotOf(2, { pods: [waitingPodOf(2, { balancerEverRan: false })] })] }),
        { 2: 'silent' },
      ),
      sessions: 0,
      transit: 0,
    },
    {
      name: 'nothing of a slot whose pod ends anyway: its preStop keeps what it has',
      pool: asked(poolOf({ running: [0], ending: [2], listening: true }), { 0: { backends: { 'prod-2': 3 } } }),
      sessions: 0,
      transit: 0,
    },
    {
      name: 'nothing of a slot without a pod',
      pool: asked(poolOf({ running: [0], slots: [slotOf(2, { pods: [] })] })),
      sessions: 0,
      transit: 0,
    },
    {
      name: 'the gateway that was let through a moment ago, as its sidecar says first',
      pool: asked(poolOf({ running: [0], starting: [2] }), { 2: { sessions: 1 } }),
      sessions: 1,
      transit: 0,
    },
    {
      name: 'nothing of a pod that has ended',
      pool: asked(poolOf({ running: [0], slots: [slotOf(2, { pods: [podOf(2, { ended: true })] })] }), {
        2: 'silent',
      }),
      sessions: 0,
      transit: 0,
    },
  ])('counts $name', ({ pool, sessions, transit }) => {
    expect(load(pool)).toMatchObject({ known: true, sessions, transit });
  });

  it('names who keeps an outbound-only gateway busy', () => {
    const pool = asked(poolOf({ running: [2] }), { 2: { sessions: 1, busyPeers: ['192.0.2.7:443'] } });

    expect(load(pool)).toMatchObject({ peers: ['192.0.2.7:443'] });
  });

  it('adds up all pods of a slot that was scaled up by hand', () => {
    const pods = [
      podOf(2, { answer: answerOf({ sessions: 1 }) }),
      podOf(2, { uid: 'b', answer: answerOf({ sessions: 2 }) }),
    ];

    expect(load(poolOf({ slots: [slotOf(2, { pods })] }))).toMatchObject({ sessions: 3 });
  });
});

describe('loadOf, what is not known', () => {
  const older = { drainsGeneration: undefined, sessions: undefined };

  it.each([
    {
      name: 'its own sidecar is of the release before drains, although that says 0',
      pool: asked(poolOf(listening), { 2: older }),
      why: 'the sidecar of pod prod-2-abc is of an older release and cannot drain; delete Deployment prod-2 when nobody works through it',
    },
    {
      name: 'another sidecar is, which would go on sending sessions to it',
      pool: asked(poolOf(listening), { 0: older }),
      why: 'the sidecar of pod prod-0-abc is of an older release and cannot drain; delete Deployment prod-0 when nobody works through it',
    },
    {
      name: 'its own sidecar is, without listeners',
      pool: asked(poolOf({ running: [0, 2] }), { 2: older }),
      why: 'the sidecar of pod prod-2-abc is of an older release and cannot drain; delete Deployment prod-2 when nobody works through it',
    },
    {
      name: 'its own sidecar does not answer',
      pool: asked(poolOf(listening), { 2: 'silent' }),
      why: 'the sidecar of pod prod-2-abc does not answer',
    },
    {
      name: 'another sidecar of a listening pool does not answer',
      pool: asked(poolOf(listening), { 1: 'silent' }),
      why: 'the sidecar of pod prod-1-abc, through which sessions may run, does not answer',
    },
    {
      name: 'one that was not let through as far as is known does not answer',
      pool: asked(poolOf({ running: [1, 2], starting: [0], listening: true }), { 0: 'silent' }),
      why: 'the sidecar of pod prod-0-abc, through which sessions may run, does not answer',
    },
    {
      name: 'its own node is lost',
      pool: asked(poolOf({ running: [0], slots: [slotOf(2, { pods: [podOf(2, { nodeLost: true })] })] })),
      why: 'the node of pod prod-2-abc does not answer',
    },
    {
      name: 'its gateway does not tell its number',
      pool: asked(poolOf({ running: [2] }), { 2: { sessions: undefined } }),
      why: 'the sidecar of pod prod-2-abc cannot count its sessions',
    },
    {
      name: 'it crashes all the time and its sidecar is silent',
      pool: asked(poolOf({ running: [0], slots: [slotOf(2, { pods: [podOf(2, crashing)] })] }), { 2: 'silent' }),
      why: 'the sidecar of pod prod-2-abc does not answer',
    },
    {
      name: 'it may have been let through a moment ago',
      pool: asked(poolOf({ running: [0], starting: [2] }), { 2: 'silent' }),
      why: 'the sidecar of pod prod-2-abc does not answer',
    },
  ])('counts as busy: $name', ({ pool, why }) => {
    expect(load(pool)).toEqual({ known: false, why });
  });

  it.each([
    {
      name: 'a silent sidecar where each instance counts for itself',
      pool: asked(poolOf({ running: [0, 1, 2] }), { 1: 'silent' }),
    },
    {
      name: 'a pod on a lost node: nobody can ask it, and Kubernetes replaces it',
      pool: asked(
        poolOf({ running: [0, 2], slots: [slotOf(1, { pods: [podOf(1, { nodeLost: true })] })], listening: true }),
        { 1: 'silent' },
      ),
    },
    {
      name: 'a pod that has ended',
      pool: asked(
        poolOf({ running: [0, 2], slots: [slotOf(1, { pods: [endingPodOf(1, { ended: true })] })], listening: true }),
        { 1: 'silent' },
      ),
    },
  ])('is not held up by $name', ({ pool }) => {
    expect(load(pool)).toMatchObject({ known: true });
  });
});
