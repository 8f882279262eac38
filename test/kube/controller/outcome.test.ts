import { describe, expect, it } from '@jest/globals';
import { outcomeOf, outcomeOfError } from '../../../src/kube/controller/outcome.ts';
import { TerminalError } from '../../../src/kube/controller/reconciler.ts';
import { KubeError } from '../../../src/kube/errors.ts';

const status = (code: number, reason: string): KubeError =>
  new KubeError(reason, { code: 'Status', status: code, reason });

describe('the outcome of a reconcile', () => {
  it.each([
    { name: 'nothing', result: undefined, outcome: { result: 'success' } },
    {
      name: 'a wish to come back',
      result: { requeueAfterMilliseconds: 500 },
      outcome: { result: 'requeue_after', milliseconds: 500 },
    },
    {
      name: 'a wish to look again soon',
      result: { requeueSoon: true as const },
      outcome: { result: 'requeue', conflict: false },
    },
  ])('that returned $name', ({ result, outcome }) => {
    expect(outcomeOf(result)).toEqual(outcome);
  });

  it.each([
    { name: 'a conflict', error: status(409, 'Conflict'), outcome: { result: 'requeue', conflict: true } },
    {
      name: 'a name that is taken',
      error: status(409, 'AlreadyExists'),
      outcome: { result: 'error', terminal: false, panic: false },
    },
    { name: 'a refusal', error: status(422, 'Invalid'), outcome: { result: 'error', terminal: false, panic: false } },
    {
      name: 'a terminal error',
      error: new TerminalError('no'),
      outcome: { result: 'error', terminal: true, panic: false },
    },
    { name: 'a RangeError', error: new RangeError('no'), outcome: { result: 'error', terminal: false, panic: true } },
    { name: 'undefined', error: undefined, outcome: { result: 'error', terminal: false, panic: true } },
  ])('that threw $name', ({ error, outcome }) => {
    expect(outcomeOfError(error)).toMatchObject(outcome);
  });
});
