import { describe, expect, it } from '@jest/globals';
import type { ConditionType } from '../../../../src/api/conditions.ts';
import { verdictsOf } from '../../../../src/operator/plan/conditions/all.ts';
import type { Observation } from '../../../../src/operator/plan/observation.ts';
import { pictureOf } from '../../../../src/operator/plan/picture.ts';
import { plan } from '../../../../src/operator/plan/plan.ts';
import { asked, deploymentOf, drainOf, endingPodOf, now, outdatedSlotOf, podOf, poolOf, slotOf } from '../pool-of.ts';

/** `True AllReady: message` */
function told(type: ConditionType, pool: Observation): string {
  const { status, reason, message } = verdictsOf(pictureOf(pool))[type];
  return `${status} ${reason}: ${message}`;
}

const good = { revision: 'old', configCopy: 'prod-config-0' };
const crash = { reason: 'CrashLoopBackOff', message: 'exit 1' };
const draining = { running: [0, 1], outdated: [2], draining: [2], listening: true };
/** Slot 2 was rolled, and its new pod is not available yet. */
const rolled = (pod: Parameters<typeof podOf>[1] = {}) =>
  slotOf(2, {
    deployment: deploymentOf(2, { available: false, lastGood: good }),
    pods: [podOf(2, { ready: false, ...pod })],
  });
const wentBack = outdatedSlotOf(2, { failedRevision: 'new', lastGood: good });

describe('RollingOut', () => {
  it.each([
    {
      name: 'nothing',
      pool: poolOf({ running: [0, 1, 2] }),
      says: 'False UpToDate: all instances run the current image, template and configuration',
    },
    {
      name: 'sidecars that wait for the next rollout (G7)',
      pool: poolOf({ running: [0, 1, 2], observation: { balancerImage: 'balancer:3' } }),
      says: 'False UpToDate: all instances run the current image, template and configuration; 3 with an older sidecar, which is replaced with the next rollout or restart',
    },
    {
      name: 'the instance that goes next, and who is in it',
      pool: asked(poolOf(draining), { 0: { backends: { 'prod-2': 2 } } }),
      says: 'True WaitingForIdle: 1 instance (prod-2) runs an older image, template or configuration. prod-2 goes next: takes no new sessions; 2 sessions are open; replaced as soon as its sessions are over: the image or the template changed',
    },
    {
      name: 'a sidecar that does not answer',
      pool: asked(poolOf(draining), { 1: 'silent' }),
      says: /^True WaitingForIdle: .* the sidecar of pod prod-1-abc, through which sessions may run, does not answer/u,
    },
    {
      name: 'one that is replaced now',
      pool: asked(poolOf({ outdated: [0, 1, 2] })),
      says: /^True Replacing: 3 instances \(prod-0, prod-1, prod-2\) run an older .*\. prod-2 goes next: .*; no session is open; replaced/u,
    },
    {
      name: 'one whose deadline is over',
      pool: asked(poolOf({ ...draining, rollout: { policy: 'Rolling' }, deadlineSeconds: 3600 }), {
        2: { transit: 1, drain: { deadlineReached: true } },
      }),
      says: /^True Replacing: .* prod-2 goes next: takes no new sessions; 1 session is open/u,
    },
    {
      name: 'one that was replaced and is not available yet',
      pool: poolOf({ running: [0, 1], slots: [rolled()] }),
      says: 'True Replacing: prod-2 got a new pod, which has to be ready for 5 s',
    },
    {
      name: 'one whose old pod still ends with its sessions',
      pool: poolOf({
        running: [0, 1],
        slots: [{ ...rolled(), pods: [endingPodOf(2, { revision: 'old', name: 'prod-2-old' })] }],
      }),
      says: 'True Replacing: waits until pod prod-2-old has ended, when its sessions are over, at 2026-03-01T13:01:00Z at the latest. 1 instance (prod-2) runs an older image, template or configuration',
    },
    {
      name: 'two, of which one still ends',
      pool: poolOf({
        running: [0],
        slots: [
          slotOf(1, {
            deployment: deploymentOf(1, { available: false, lastGood: good }),
            pods: [endingPodOf(1, { revision: 'old', name: 'prod-1-old' })],
          }),
          rolled(),
        ],
      }),
      says: 'True Replacing: waits until pod prod-1-old has ended, when its sessions are over, at 2026-03-01T13:01:00Z at the latest; prod-2 got a new pod, which has to be ready for 5 s',
    },
    {
      name: 'one whose new pod does not come up, and why',
      pool: poolOf({
        running: [0, 1],
        slots: [rolled({ gatewayEverStarted: false, waiting: { reason: 'ErrImagePull', message: 'no such tag' } })],
      }),
      says: /^True Replacing: prod-2 got a new pod, which has to be ready for 5 s; prod-2: its container waits: ErrImagePull: no such tag; correct spec\.image, or let the nodes pull it$/u,
    },
    {
      name: 'one whose new pod ends again and again, and how',
      pool: poolOf({
        running: [0, 1],
        slots: [rolled({ restarts: 1, lastEnd: { reason: 'Error', exitCode: 2 } })],
      }),
      says: /; prod-2: gateway was started \(1 restart\), it last ended with Error, exit code 2; see why: kubectl logs /u,
    },
    {
      name: 'pods that keep the deadline which they were made with',
      pool: poolOf({
        running: [1],
        slots: [0, 2].map((number) => slotOf(number, { pods: [podOf(number, { drainDeadlineSeconds: 60 })] })),
      }),
      says: /^False UpToDate: .*; 2 pods still have the drain deadline of 60 s, not 3600 s; it changes when a new pod takes the place$/u,
    },
    {
      name: 'one pod that does',
      pool: poolOf({ running: [0, 1], slots: [slotOf(2, { pods: [podOf(2, { drainDeadlineSeconds: 60 })] })] }),
      says: /; 1 pod still has the drain deadline of 60 s, not 3600 s; /u,
    },
    {
      name: 'pods of which it is not known, or that end anyway',
      pool: poolOf({
        running: [1],
        slots: [
          slotOf(0, { pods: [podOf(0, { drainDeadlineSeconds: undefined })] }),
          slotOf(2, { pods: [podOf(2), endingPodOf(2, { uid: 'older', drainDeadlineSeconds: 60 })] }),
        ],
      }),
      says: /^False UpToDate: all instances run the current image, template and configuration$/u,
    },
    {
      name: 'one that ends because it was asked to',
      pool: asked(poolOf({ running: [0, 1], slots: [outdatedSlotOf(2, { stopRequested: true })] }), {
        2: { sessions: 1 },
      }),
      says: /^True Replacing: 1 instance \(prod-2\) runs an older .*; it ends for another reason$/u,
    },
    {
      name: 'the others, which wait for it',
      pool: poolOf({ outdated: [0, 1], slots: [rolled()] }),
      says: 'True Replacing: prod-2 got a new pod, which has to be ready for 5 s. 2 instances (prod-0, prod-1) run an older image, template or configuration',
    },
    {
      name: 'one that waits for another one',
      pool: poolOf({ max: 3, outdated: [0, 1] }),
      says: 'True Replacing: 2 instances (prod-0, prod-1) run an older image, template or configuration; none is replaced while 1 more is wanted and not started yet',
    },
    {
      name: 'the policy OnDelete, and how to stop one',
      pool: poolOf({ running: [0, 1], outdated: [2], rollout: { policy: 'OnDelete' } }),
      says: 'True WaitingForDelete: 1 instance (prod-2) runs an older image, template or configuration; policy OnDelete: they run on until someone stops them. To stop one when its sessions are over: kubectl annotate deployment -n pam prod-2 pam.gatewaypool.io/stop=true',
    },
    {
      name: 'a surplus',
      pool: poolOf({ max: 2, running: [0, 1], outdated: [2] }),
      says: /^True CapExceeded: .*; nothing is replaced while more run than the maximum allows$/u,
    },
    {
      name: 'a pause',
      pool: poolOf({ running: [0, 1], outdated: [2], spec: { paused: true } }),
      says: /^True Paused: .*; nothing is replaced while spec.paused is true$/u,
    },
    {
      name: 'a configuration that is not valid',
      pool: poolOf({
        running: [0, 1],
        outdated: [2],
        observation: { config: { state: 'Invalid', reason: 'Empty', message: 'it is empty', lastGoodCopy: 'c' } },
      }),
      says: /^True Blocked: .*; nothing is replaced, because the configuration is not valid: it is empty$/u,
    },
    {
      name: 'a cordoned node',
      pool: poolOf({ running: [0], outdated: [2], slots: [slotOf(1, { pods: [podOf(1, { nodeCordoned: true })] })] }),
      says: /^True WaitingForNode: .*; none is replaced while node node-a is cordoned/u,
    },
    {
      name: 'a revision that fails now',
      pool: poolOf({ outdated: [0, 1], slots: [rolled({ restarts: 3, waiting: crash })] }),
      says: /^True RevisionFailed: Revision new failed in prod-2: its gateway ended again and again, CrashLoopBackOff: exit 1\. The slot goes back/u,
    },
    {
      name: 'a revision that failed, once the slot went back',
      pool: poolOf({ outdated: [0, 1], slots: [wentBack] }),
      says: /^True RevisionFailed: Revision new failed in prod-2\. The slot goes back/u,
    },
    {
      name: 'a template that was edited by hand',
      pool: asked(
        poolOf({ running: [0, 1], slots: [slotOf(2, { deployment: deploymentOf(2, { templateDrift: true }) })] }),
        { 2: { sessions: 1 } },
      ),
      says: /^True WaitingForIdle: .*: somebody edited its pod template$/u,
    },
  ])('tells of $name', ({ pool, says }) => {
    expect(told('RollingOut', pool)).toMatch(says);
  });
});

describe('a revision that failed', () => {
  it('stalls the pool, with the reason of the pod also after that is gone', () => {
    const failing = plan(poolOf({ outdated: [0, 1], slots: [rolled({ restarts: 3, waiting: crash })] }), now);

    const after = told('Stalled', poolOf({ outdated: [0, 1], slots: [wentBack], status: failing.status }));

    expect(after).toBe(
      'True RevisionFailed: Revision new failed in prod-2: its gateway ended again and again, CrashLoopBackOff: exit 1. The slot goes back to what it ran before, the others go on as they are, and nothing is started with this revision. Correct the image, the template or the configuration. To try the same again, change the annotation pam.gatewaypool.io/restart of the pool',
    );
  });

  it.each([
    { name: 'all of them', pool: poolOf({ outdated: [0, 1], slots: [wentBack] }), but: '3 instances do' },
    { name: 'one of them', pool: poolOf({ running: [0, 1], slots: [wentBack] }), but: '1 instance does' },
  ])('says why the pool is not Ready although its instances are, $name with what ran before', ({ pool, but }) => {
    expect(told('Ready', pool)).toMatch(
      new RegExp(
        `^False Stalled: 3 of 3 ready, but ${but} not run revision new, which the spec asks for; Revision new failed in prod-2\\. .* Correct the image`,
        'u',
      ),
    );
  });

  it.each([
    {
      name: 'and there is nothing to go back to',
      pool: poolOf({
        max: 1,
        slots: [
          slotOf(0, {
            deployment: deploymentOf(0, { available: false }),
            pods: [podOf(0, { ready: false, restarts: 3 })],
          }),
        ],
      }),
      says: /^True RevisionFailed: Revision new failed in prod-0: its gateway ended again and again\. Correct the image/u,
    },
    {
      name: 'and what the slot ran before is not kept',
      pool: poolOf({
        slots: [slotOf(0, { deployment: deploymentOf(0, { available: false, failedRevision: 'new' }) })],
      }),
      says: /^True RevisionFailed: Revision new failed in prod-0, and what it ran before is not kept any more\./u,
    },
    {
      name: 'and another one is wanted now',
      pool: poolOf({ outdated: [0, 1], slots: [outdatedSlotOf(2, { failedRevision: 'newer' })] }),
      says: /^False NotStalled/u,
    },
  ])('stalls the pool or not: $name', ({ pool, says }) => {
    expect(told('Stalled', pool)).toMatch(says);
  });

  it('is told in one Event, when it happens', () => {
    const before = plan(poolOf({ outdated: [0, 1], slots: [rolled()] }), now).status;
    const failing = poolOf({ outdated: [0, 1], slots: [rolled({ restarts: 3, waiting: crash })], status: before });

    const { events, status } = plan(failing, now);
    const again = plan({ ...failing, pool: { ...failing.pool, status } }, now).events;

    expect(events).toMatchObject([{ type: 'Warning', reason: 'RevisionFailed' }]);
    expect(again).toEqual([]);
  });
});

describe('while instances are replaced', () => {
  const surplus = poolOf({ replicas: 2, running: [0, 1, 2], draining: [2], listening: true });
  const unwanted: Observation = {
    ...surplus,
    drains: surplus.drains && { ...surplus.drains, draining: [drainOf(2, { cause: 'NotWanted' })] },
  };

  it.each([
    {
      name: 'Reconciling says what is ordered',
      type: 'Reconciling' as const,
      pool: asked(poolOf({ ...draining, draining: [] }), { 2: { transit: 1 } }),
      says: /^True InProgress: prod-2 is to drain and is replaced as soon as its sessions are over/u,
    },
    {
      name: 'Reconciling waits for sessions',
      type: 'Reconciling' as const,
      pool: asked(poolOf(draining), { 2: { transit: 1 } }),
      says: 'False Waiting: waits for the sessions of prod-2; see the slots',
    },
    {
      name: 'Reconciling waits for those of an unwanted one',
      type: 'Reconciling' as const,
      pool: asked(poolOf({ replicas: 2, running: [0, 1, 2] }), {
        0: { sessions: 1 },
        1: { sessions: 1 },
        2: { sessions: 1 },
      }),
      says: /^True InProgress: prod-2 is to drain and is stopped/u,
    },
    {
      name: 'Reconciling says what is stopped',
      type: 'Reconciling' as const,
      pool: asked(poolOf(draining)),
      says: 'True InProgress: prod-2 is replaced, it has no sessions: the image or the template changed',
    },
    {
      name: 'Reconciling waits for the new pod',
      type: 'Reconciling' as const,
      pool: poolOf({ outdated: [0, 1], slots: [rolled()] }),
      says: 'True InProgress: waits until prod-2 is ready with its new template',
    },
    {
      name: 'nothing is under way in a slot that failed for good',
      type: 'Reconciling' as const,
      pool: poolOf({
        running: [0, 1],
        slots: [
          slotOf(2, {
            deployment: deploymentOf(2, { available: false }),
            pods: [podOf(2, { ready: false, restarts: 3 })],
          }),
        ],
      }),
      says: /^False Stalled/u,
    },
    {
      name: 'nothing is under way in one that crashes again and again after it served',
      type: 'Reconciling' as const,
      pool: poolOf({
        running: [0, 1],
        slots: [
          slotOf(2, {
            deployment: deploymentOf(2, { available: false }),
            pods: [podOf(2, { ready: false, restarts: 3 })],
          }),
        ],
        status: {
          maxInstances: 3,
          externalInstances: 0,
          slots: [{ name: 'prod-2', state: 'Ready', reason: 'r', pod: 'prod-2-abc' }],
        },
      }),
      says: 'False Waiting: prod-2 cannot become ready as it is; see the slots',
    },
    {
      name: 'Reconciling waits for what blocks a rollout',
      type: 'Reconciling' as const,
      pool: poolOf({ running: [0, 1], outdated: [2], rollout: { policy: 'OnDelete' } }),
      says: 'False Waiting: policy OnDelete: they run on until someone stops them',
    },
    {
      name: 'Ready says that one drains',
      type: 'Ready' as const,
      pool: asked(poolOf(draining), { 2: { transit: 1 } }),
      says: /^False Replacing: 2 of 3 ready; prod-2: /u,
    },
    {
      name: 'Ready says that one got a new pod',
      type: 'Ready' as const,
      pool: poolOf({ outdated: [0, 1], slots: [rolled()] }),
      says: /^False Replacing: 2 of 3 ready; prod-2: Starting/u,
    },
    {
      name: 'Ready does not mind an unwanted one that drains',
      type: 'Ready' as const,
      pool: asked(unwanted, { 0: { backends: { 'prod-0': 1, 'prod-1': 1 } }, 2: { transit: 1 } }),
      says: 'True AllReady: 2 of 2 ready',
    },
    {
      name: 'Ready counts out what was just ordered to drain, though Kubernetes calls its pod ready still',
      type: 'Ready' as const,
      pool: asked(poolOf({ ...draining, draining: [] }), { 2: { transit: 1 } }),
      says: /^False Replacing: 2 of 3 ready; prod-2: Draining, takes no new sessions; 1 session is open/u,
    },
    {
      name: 'Ready counts an outbound-only one in that drains: its router sends it sessions still',
      type: 'Ready' as const,
      pool: asked(poolOf({ running: [0, 1], outdated: [2], draining: [2] }), { 2: { sessions: 1 } }),
      says: 'True AllReady: 3 of 3 ready',
    },
  ])('$name', ({ type, pool, says }) => {
    expect(told(type, pool)).toMatch(says);
  });
});

describe('Stalled, of a name that is taken', () => {
  const taken = (owner: string) => ({ conflicts: [{ kind: 'Service', name: 'prod', owner }] });

  it.each([
    { name: 'nobody', owner: 'has no owner', says: /delete or rename it, or give the pool another name$/u },
    { name: 'another pool', owner: 'is owned by GatewayPool other', says: /give one of the two pools another name$/u },
    {
      name: 'an earlier pool of this name',
      owner: 'is owned by GatewayPool prod',
      says: /an earlier pool of this name owned it, and Kubernetes removes it$/u,
    },
  ])('says what to do with what belongs to $name', ({ owner, says }) => {
    expect(told('Stalled', poolOf({ running: [0, 1, 2], observation: taken(owner) }))).toMatch(says);
  });
});
