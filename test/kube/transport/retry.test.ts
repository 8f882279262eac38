import { describe, expect, it } from '@jest/globals';
import { KubeError } from '../../../src/kube/errors.ts';
import type { KubeErrorCode } from '../../../src/kube/errors.ts';
import { retryDelayMilliseconds } from '../../../src/kube/transport/retry.ts';
import type { FailedAttempt } from '../../../src/kube/transport/retry.ts';

function answered(status: number, retryAfterSeconds?: number): KubeError {
  return new KubeError('refused', { code: 'Status', status, retryAfterSeconds });
}

function broken(code: KubeErrorCode): KubeError {
  return new KubeError('broken', { code });
}

const first = { attempt: 0, reusedConnection: false };
const always = () => 0.5;

describe('retryDelayMilliseconds', () => {
  it.each<{ name: string; failed: FailedAttempt; delay: number | undefined }>([
    {
      name: 'waits as long as a 429 says, also for a POST',
      failed: { ...first, method: 'POST', error: answered(429, 3) },
      delay: 3000,
    },
    {
      name: 'waits as long as a 503 says',
      failed: { ...first, method: 'PATCH', error: answered(503, 1) },
      delay: 1000,
    },
    {
      name: 'never hammers a server that says Retry-After: 0',
      failed: { ...first, method: 'POST', error: answered(429, 0) },
      delay: 150,
    },
    {
      name: 'does not repeat a POST after a 503 that does not say it did nothing',
      failed: { ...first, method: 'POST', error: answered(503) },
      delay: undefined,
    },
    {
      name: 'repeats a GET after a 500',
      failed: { ...first, method: 'GET', error: answered(500) },
      delay: 150,
    },
    {
      name: 'waits longer before the second repetition of a GET',
      failed: { ...first, attempt: 1, method: 'GET', error: answered(500) },
      delay: 300,
    },
    {
      name: 'gives up a GET after three attempts',
      failed: { ...first, attempt: 2, method: 'GET', error: answered(500) },
      delay: undefined,
    },
    {
      name: 'obeys Retry-After more often than that',
      failed: { ...first, attempt: 5, method: 'GET', error: answered(429, 20) },
      delay: 20_000,
    },
    {
      name: 'but not for ever',
      failed: { ...first, attempt: 10, method: 'GET', error: answered(429, 20) },
      delay: undefined,
    },
    {
      name: 'repeats a GET whose connection failed',
      failed: { ...first, method: 'GET', error: broken('Connection') },
      delay: 150,
    },
    {
      name: 'repeats a GET that met a silent connection',
      failed: { ...first, method: 'GET', error: broken('Timeout') },
      delay: 150,
    },
    {
      name: 'repeats a PUT at once when a pooled connection turned out to be closed',
      failed: { ...first, method: 'PUT', reusedConnection: true, error: broken('Connection') },
      delay: 0,
    },
    {
      name: 'does not repeat a PUT whose new connection broke: it may have arrived',
      failed: { ...first, method: 'PUT', error: broken('Connection') },
      delay: undefined,
    },
    {
      name: 'never repeats a POST blindly, also not on a pooled connection',
      failed: { ...first, method: 'POST', reusedConnection: true, error: broken('Connection') },
      delay: undefined,
    },
    {
      name: 'does not repeat a GET that was refused for good',
      failed: { ...first, method: 'GET', error: answered(403) },
      delay: undefined,
    },
    {
      name: 'does not repeat what the caller aborted',
      failed: { ...first, method: 'GET', error: broken('Aborted') },
      delay: undefined,
    },
  ])('$name', ({ failed, delay }) => {
    expect(retryDelayMilliseconds(failed, always)).toBe(delay);
  });
});
