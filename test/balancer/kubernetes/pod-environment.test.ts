import { describe, expect, it } from '@jest/globals';
import { podEnvironment } from '../../../src/balancer/kubernetes/pod-environment.ts';

const env = {
  POD_NAME: 'prod-0-abc',
  POD_UID: 'uid-1',
  POD_NAMESPACE: 'team',
  POD_IP: '10.1.0.1',
  POOL_NAME: 'prod',
  SLOT_NAME: 'prod-0',
  DRAIN_DEADLINE_SECONDS: '120',
  BALANCER_THREADS: '2',
  HOME: '/',
};

describe('podEnvironment', () => {
  it('reads what the operator sets', () => {
    expect(podEnvironment(env)).toEqual({
      podName: 'prod-0-abc',
      podUid: 'uid-1',
      namespace: 'team',
      podAddress: '10.1.0.1',
      pool: 'prod',
      slot: 'prod-0',
      drainDeadlineSeconds: 120,
      threads: 2,
    });
  });

  it('has one thread unless it is told otherwise', () => {
    expect(podEnvironment({ ...env, BALANCER_THREADS: undefined }).threads).toBe(1);
  });

  it.each(['0', '17', '1.5', 'many'])('refuses %s threads', (text) => {
    expect(() => podEnvironment({ ...env, BALANCER_THREADS: text })).toThrow('BALANCER_THREADS is');
  });

  it.each([
    { text: '1.5', problem: 'DRAIN_DEADLINE_SECONDS is no whole number' },
    { text: '-1', problem: 'DRAIN_DEADLINE_SECONDS is below 0' },
    { text: 'soon', problem: 'DRAIN_DEADLINE_SECONDS is no number' },
  ])('refuses a deadline of $text', ({ text, problem }) => {
    expect(() => podEnvironment({ ...env, DRAIN_DEADLINE_SECONDS: text })).toThrow(problem);
  });

  it('names every variable that is missing', () => {
    expect(() => podEnvironment({ ...env, POD_UID: undefined, SLOT_NAME: '' })).toThrow(
      'Could not start in Kubernetes mode: POD_UID is not set, SLOT_NAME is empty; ' +
        'the operator sets these variables in the pods of a pool',
    );
  });
});
