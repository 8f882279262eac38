import { describe, expect, it } from '@jest/globals';
import type { ConditionType } from '../../../../src/api/conditions.ts';
import { conditionsOf, verdictsOf } from '../../../../src/operator/plan/conditions/all.ts';
import type { Observation, Refusal } from '../../../../src/operator/plan/observation.ts';
import { pictureOf } from '../../../../src/operator/plan/picture.ts';
import { asked, deploymentOf, endingPodOf, now, podOf, poolOf, slotOf, waitingPodOf } from '../pool-of.ts';

/** `True AllReady: message` */
function told(type: ConditionType, pool: Observation): string {
  const { status, reason, message } = verdictsOf(pictureOf(pool))[type];
  return `${status} ${reason}: ${message}`;
}

const broken = {
  config: {
    state: 'Invalid',
    reason: 'KeyNotFound',
    message: 'Secret prod-gateway has no key config',
    lastGoodCopy: 'prod-config-1',
  },
} as const;
const withoutSecret = {
  tls: { state: 'Invalid', reason: 'SecretNotFound', message: 'spec.listeners[0].tls.secretName: no such Secret' },
} as const;
const refusal = (by: Refusal['by']): Partial<Observation> => ({
  refusals: [
    { object: 'Deployment prod-0', by, errors: [{ field: 'spec.template.spec.hostNetwork', message: 'not allowed' }] },
  ],
});
const taken = { conflicts: [{ kind: 'Deployment', name: 'prod-1', owner: 'has no owner' }] };

describe('Ready', () => {
  it.each([
    { name: 'all serve', pool: poolOf({ running: [0, 1, 2] }), says: 'True AllReady: 3 of 3 ready' },
    {
      name: 'more serve than the cap allows',
      pool: poolOf({ max: 2, running: [0, 1, 2] }),
      says: 'True AllReady: 3 ready, 2 wanted',
    },
    {
      name: 'none is wanted',
      pool: poolOf({ replicas: 0 }),
      says: 'True NoneWanted: no instance is wanted in the cluster',
    },
    {
      name: 'replicas were clamped',
      pool: poolOf({ max: 1, replicas: 4, running: [0] }),
      says: 'True AllReady: 1 of 1 ready; replicas is 4, but maxInstances is 1; raise maxInstances to run more',
    },
    {
      name: 'an image cannot be pulled',
      pool: poolOf({
        max: 1,
        slots: [
          slotOf(0, { pods: [waitingPodOf(0, { waiting: { reason: 'ImagePullBackOff', message: 'not found' } })] }),
        ],
      }),
      says: 'False InstancesStarting: 0 of 1 ready; prod-0: Starting, ImagePullBackOff: not found; correct spec.image, or let the nodes pull it',
    },
    {
      name: 'one that served fails',
      pool: poolOf({
        max: 1,
        slots: [slotOf(0, { pods: [podOf(0, { ready: false })] })],
        status: {
          maxInstances: 1,
          externalInstances: 0,
          slots: [{ name: 'prod-0', state: 'Ready', reason: 'serves', pod: 'prod-0-abc' }],
        },
      }),
      says: 'False InstancesNotReady: 0 of 1 ready; prod-0: NotReady, gateway was started, its readiness probe fails',
    },
    {
      name: 'the configuration is broken',
      pool: poolOf({ max: 1, observation: broken }),
      says: 'False ConfigInvalid: 0 of 1 ready; the configuration is not valid: Secret prod-gateway has no key config',
    },
    {
      name: 'a Secret of a listener is missing',
      pool: poolOf({ max: 1, observation: withoutSecret }),
      says: 'False TLSInvalid: 0 of 1 ready; TLS is not set up: spec.listeners[0].tls.secretName: no such Secret',
    },
    {
      name: 'the pool is paused',
      pool: poolOf({ max: 1, spec: { paused: true } }),
      says: 'False Paused: 0 of 1 ready; nothing is started while the pool is paused',
    },
    {
      name: 'it stalls',
      pool: poolOf({ max: 1, observation: taken }),
      says: 'False Stalled: 0 of 1 ready; Deployment pam/prod-1 has a name that this pool needs, and has no owner. It is left alone: delete or rename it, or give the pool another name',
    },
    {
      name: 'it stalls though all serve',
      pool: poolOf({ running: [0, 1, 2], observation: refusal('ApiServer') }),
      says: 'False Stalled: 3 of 3 ready, but not everything that the spec asks for could be made; the API server refused Deployment prod-0: spec.template.spec.hostNetwork: not allowed. Correct the pool or what refuses it; running instances go on',
    },
    {
      name: 'seats are full of instances that do not serve',
      pool: poolOf({ max: 1, starting: [0], ending: [1] }),
      says: 'False WaitingForSeats: 0 of 1 ready; prod-0: Held, nothing may start: more seats are taken than the maximum of 1 allows; prod-1: Stopping, pod prod-1-abc ends when its sessions are over, at 2026-03-01T13:01:00Z at the latest; the others start when seats are free',
    },
  ])('when $name', ({ pool, says }) => {
    expect(told('Ready', pool)).toBe(says);
  });
});

describe('CapExceeded', () => {
  it.each([
    { name: 'within', pool: poolOf({ running: [0, 1] }), says: 'False WithinCap: 2 of 3 seats taken' },
    {
      name: 'exactly full with external instances',
      pool: poolOf({ running: [0, 1], external: 1 }),
      says: 'False WithinCap: 3 of 3 seats taken (1 of them by external instances)',
    },
    {
      name: 'over it',
      pool: poolOf({ max: 2, running: [0, 1, 2] }),
      says: 'True SurplusInstances: 3 of 2 seats taken, 1 above the maximum. Running instances are not stopped, and an instance that ends is not replaced until the pool is within its maximum again. To stop one when its sessions allow it, for example: kubectl annotate deployment -n pam prod-2 pam.gatewaypool.io/stop=true',
    },
    {
      name: 'over it while an ending instance still works',
      pool: poolOf({ max: 1, running: [0], ending: [1] }),
      says: /^True SurplusInstances: 2 of 1 seat taken, 1 above .* Nothing to do: prod-1 is stopping already/u,
    },
    {
      name: 'over it while one that was asked to stop has sessions',
      pool: asked(
        poolOf({
          max: 2,
          running: [0, 2],
          slots: [slotOf(1, { deployment: deploymentOf(1, { stopRequested: true }) })],
        }),
        { 1: { sessions: 1 } },
      ),
      says: /^True SurplusInstances: 3 of 2 seats taken, 1 above .* Nothing to do: prod-1 is stopping already/u,
    },
    {
      name: 'over it by one more than were asked to stop',
      pool: asked(
        poolOf({
          max: 1,
          running: [0, 1],
          slots: [slotOf(2, { deployment: deploymentOf(2, { stopRequested: true }) })],
        }),
        { 2: { sessions: 1 } },
      ),
      says: /To stop one when its sessions allow it, for example: kubectl annotate deployment -n pam prod-1 /u,
    },
    {
      name: 'over it by external instances and one that was asked to stop',
      pool: asked(
        poolOf({ max: 1, external: 2, slots: [slotOf(0, { deployment: deploymentOf(0, { stopRequested: true }) })] }),
      ),
      says: /2 above .* The others are external: stop one where it runs/u,
    },
    {
      name: 'over it by external instances alone',
      pool: poolOf({ max: 1, external: 2 }),
      says: /^True SurplusInstances: 2 of 1 seat taken \(2 of them by external instances\), 1 above .* All of them are external/u,
    },
    {
      name: 'over it and paused',
      pool: poolOf({ max: 1, running: [0, 1], spec: { paused: true } }),
      says: /while the pool is paused, the start gate stands as it did before/u,
    },
    {
      name: 'over a cap that is not in force yet',
      pool: poolOf({
        max: 1,
        running: [0, 1],
        published: { max: 2 },
        gate: { mode: 'SelfHeal', maxInstances: 2, poolGeneration: 3 },
      }),
      says: /^True SurplusInstances/u,
    },
  ])('$name', ({ pool, says }) => {
    expect(told('CapExceeded', pool)).toMatch(says);
  });
});

describe('Stalled', () => {
  it.each([
    { name: 'not', pool: poolOf({ running: [0, 1, 2] }), says: 'False NotStalled: nothing stands in the way' },
    {
      name: 'by the template',
      pool: poolOf({ observation: refusal('TemplateRules') }),
      says: 'True TemplateRefused: Deployment prod-0 cannot be made: spec.template.spec.hostNetwork: not allowed. Correct spec.template; running instances go on',
    },
    {
      name: 'by the API server',
      pool: poolOf({ observation: refusal('ApiServer') }),
      says: 'True ObjectRefused: the API server refused Deployment prod-0: spec.template.spec.hostNetwork: not allowed. Correct the pool or what refuses it; running instances go on',
    },
    {
      name: 'by somebody else’s object',
      pool: poolOf({ observation: taken }),
      says: /^True NameTaken: Deployment pam\/prod-1 has a name that this pool needs, and has no owner\./u,
    },
  ])('$name', ({ pool, says }) => {
    expect(told('Stalled', pool)).toMatch(says);
  });
});

describe('Reconciling', () => {
  it.each([
    { name: 'settled', pool: poolOf({ running: [0, 1, 2] }), says: 'False Settled: nothing is to be changed' },
    {
      name: 'a start',
      pool: poolOf({ running: [0, 1] }),
      says: 'True InProgress: start prod-2: 1 more wanted, 1 of 3 seats free',
    },
    {
      name: 'a repair',
      pool: poolOf({ max: 1, slots: [slotOf(0, { deployment: deploymentOf(0, { replicas: 5 }) })] }),
      says: /^True InProgress: Deployment prod-0 was scaled to 5 by hand/u,
    },
    {
      name: 'pods that start',
      pool: poolOf({ running: [0], starting: [1, 2] }),
      says: 'True InProgress: 1 of 3 instances ready; the others follow as soon as their pods are ready',
    },
    {
      name: 'pods that end',
      pool: poolOf({ max: 3, running: [0, 1], ending: [2] }),
      says: 'True InProgress: waits until the pods of prod-2 that are stopping have ended',
    },
    {
      name: 'a maximum that comes into force',
      pool: poolOf({ max: 2, running: [0, 1], starting: [2], published: { max: 3 }, gateAgeMilliseconds: 0 }),
      says: /^True InProgress: the maximum of 2 comes into force as soon as/u,
    },
    {
      name: 'a surplus',
      pool: poolOf({ max: 2, running: [0, 1, 2] }),
      says: 'False Waiting: waits until 1 instance above the maximum ended or the maximum is raised',
    },
    {
      name: 'a broken configuration',
      pool: poolOf({ observation: broken }),
      says: /^False Waiting: no instance can start: the configuration is not valid/u,
    },
    {
      name: 'a missing Secret of a listener',
      pool: poolOf({ observation: withoutSecret }),
      says: /^False Waiting: no instance can start: TLS is not set up/u,
    },
    {
      name: 'a template that is refused',
      pool: poolOf({ observation: refusal('TemplateRules') }),
      says: /^False Stalled/u,
    },
    { name: 'a pause', pool: poolOf({ spec: { paused: true } }), says: /^False Paused/u },
  ])('tells of $name', ({ pool, says }) => {
    expect(told('Reconciling', pool)).toMatch(says);
  });
});

describe('Available', () => {
  it.each([
    {
      name: 'one of three serves',
      pool: poolOf({ running: [0], starting: [1, 2] }),
      says: 'True SomeReady: 1 instance ready',
    },
    {
      name: 'none serves yet',
      pool: poolOf({ starting: [0] }),
      says: 'False NoneReady: no instance is ready; the first one is still on its way',
    },
    {
      name: 'none can start',
      pool: poolOf({ observation: broken }),
      says: /^False NoneReady: no instance is ready; none can start: the configuration/u,
    },
    {
      name: 'none is wanted',
      pool: poolOf({ replicas: 0 }),
      says: /^False NoneReady: no instance is wanted in the cluster/u,
    },
    {
      name: 'none is there in a paused pool',
      pool: poolOf({ spec: { paused: true } }),
      says: 'False NoneReady: no instance is ready, and the pool is paused',
    },
    {
      name: 'the only one that was ready ends',
      pool: poolOf({ max: 1, slots: [slotOf(0, { pods: [endingPodOf(0, { ready: true })] })] }),
      says: /^False NoneReady/u,
    },
    {
      name: 'the only one that was ready is on a lost node',
      pool: poolOf({ max: 1, slots: [slotOf(0, { pods: [podOf(0, { nodeLost: true })] })] }),
      says: /^False NoneReady/u,
    },
  ])('when $name', ({ pool, says }) => {
    expect(told('Available', pool)).toMatch(says);
  });
});

describe('Paused', () => {
  it.each([
    { name: 'no', pool: poolOf({}), says: /^False NotPaused/u },
    {
      name: 'yes',
      pool: poolOf({ spec: { paused: true } }),
      says: 'True PausedByUser: the operator observes and reports, and changes nothing until spec.paused is false',
    },
    {
      name: 'yes, with a maximum that waits',
      pool: poolOf({ max: 2, published: { max: 3 }, spec: { paused: true } }),
      says: /until then the maximum in force stays 3$/u,
    },
    {
      name: 'yes, in the middle of a drain',
      pool: poolOf({ outdated: [0, 1], draining: [1], listening: true, spec: { paused: true } }),
      says: /until spec.paused is false; prod-1 drained for the operator, and takes new sessions again$/u,
    },
    {
      name: 'yes, in the middle of two drains',
      pool: poolOf({ running: [0, 1, 2], draining: [1, 2], listening: true, spec: { paused: true } }),
      says: /; prod-1, prod-2 drained for the operator, and take new sessions again$/u,
    },
  ])('$name', ({ pool, says }) => {
    expect(told('Paused', pool)).toMatch(says);
  });
});

describe('ConfigValid', () => {
  it.each([
    {
      name: 'valid',
      pool: poolOf({}),
      says: 'True Valid: Secret prod-gateway, key config: valid; new instances use its copy prod-config-1',
    },
    {
      name: 'broken after it was good',
      pool: poolOf({ observation: broken }),
      says: 'False KeyNotFound: Secret prod-gateway has no key config; no instance starts, running ones go on with the copy prod-config-1 until the Secret is mended',
    },
    {
      name: 'never good',
      pool: poolOf({
        observation: {
          config: { ...broken.config, reason: 'SecretNotFound', message: 'no Secret', lastGoodCopy: undefined },
        },
      }),
      says: 'False SecretNotFound: no Secret; no instance starts until the Secret is mended',
    },
    {
      name: 'not read',
      pool: poolOf({ observation: { config: { ...broken.config, reason: 'NotRead', message: 'forbidden' } } }),
      says: /^Unknown NotRead: forbidden/u,
    },
  ])('$name', ({ pool, says }) => {
    expect(told('ConfigValid', pool)).toMatch(says);
  });
});

describe('conditionsOf', () => {
  const before = {
    type: 'Ready',
    status: 'True',
    reason: 'AllReady',
    message: 'm',
    lastTransitionTime: '2026-01-01T00:00:00.000Z',
  } as const;

  it('keeps the transition time while the status stays, whatever the message says', () => {
    const pool = poolOf({
      max: 2,
      running: [0, 1, 2],
      status: { maxInstances: 2, externalInstances: 0, conditions: [before] },
    });

    const [ready] = conditionsOf(pool.pool, verdictsOf(pictureOf(pool)), now);

    expect(ready).toMatchObject({
      type: 'Ready',
      message: '3 ready, 2 wanted',
      lastTransitionTime: before.lastTransitionTime,
      observedGeneration: 4,
    });
  });

  it('moves it when the status changes', () => {
    const pool = poolOf({ starting: [0], status: { maxInstances: 3, externalInstances: 0, conditions: [before] } });

    const [ready] = conditionsOf(pool.pool, verdictsOf(pictureOf(pool)), now);

    expect(ready).toMatchObject({ status: 'False', lastTransitionTime: now.toISOString() });
  });
});
