import { describe, expect, it } from '@jest/globals';
import { KubeError } from '../../../src/kube/errors.ts';
import { reactTo } from '../../../src/kube/reflector/reaction.ts';
import type { Circumstances, Reaction } from '../../../src/kube/reflector/reaction.ts';
import type { StreamEnd } from '../../../src/kube/reflector/watch-stream.ts';

type Ended = Exclude<StreamEnd, { readonly cause: 'Stopped' }>;

const calm: Circumstances = {
  collecting: false,
  failingMilliseconds: 0,
  sinceRelistMilliseconds: 3_600_000,
  relistAfterFailingMilliseconds: 60_000,
};

function failed(status: number, fields: { message?: string; reason?: string } = {}): Ended {
  const error = new KubeError(fields.message ?? 'failed', {
    code: status === 0 ? 'Connection' : 'Status',
    status,
    causes: fields.reason === undefined ? [] : [{ reason: fields.reason }],
  });
  return { cause: 'Failed', error, healthy: false };
}

const unreadable: Ended = {
  cause: 'Failed',
  error: new KubeError('nonsense', { code: 'BadResponse' }),
  healthy: false,
};

describe('reactTo', () => {
  it.each<{ name: string; end: Ended; now?: Partial<Circumstances>; reaction: Reaction }>([
    {
      name: 'goes on at once after a normal close',
      end: { cause: 'Closed', healthy: true },
      reaction: { reconnect: 'Closed', backoff: false },
    },
    {
      name: 'waits when the server closes at once',
      end: { cause: 'Closed', healthy: false },
      reaction: { reconnect: 'Closed', backoff: true },
    },
    {
      name: 'waits when the server closes amid the initial objects',
      end: { cause: 'Closed', healthy: true },
      now: { collecting: true },
      reaction: { reconnect: 'Closed', backoff: true },
    },
    {
      name: 'goes on at once from a connection that fell silent',
      end: { cause: 'Idle', healthy: true },
      reaction: { reconnect: 'Idle', backoff: false },
    },
    {
      name: 'lists when a watch brought not even a bookmark',
      end: { cause: 'Idle', healthy: false },
      reaction: { relist: 'Failing', backoff: false },
    },
    {
      name: 'lists at once when its version expired',
      end: failed(410),
      reaction: { relist: 'Expired', fromScratch: true, backoff: false },
    },
    {
      name: 'does not list in a loop when every version has expired',
      end: failed(410),
      now: { sinceRelistMilliseconds: 500 },
      reaction: { relist: 'Expired', fromScratch: true, backoff: true },
    },
    {
      name: 'lists from scratch when its version is ahead of the server',
      end: failed(504, { reason: 'ResourceVersionTooLarge' }),
      reaction: { relist: 'Expired', fromScratch: true, backoff: true },
    },
    {
      name: 'recognises that by the message of older servers too',
      end: failed(500, { message: 'Too large resource version: 9, current: 5' }),
      reaction: { relist: 'Expired', fromScratch: true, backoff: true },
    },
    ...[0, 401, 403, 429, 500, 503].map((status) => ({
      name: `waits and goes on from where it was after ${status === 0 ? 'a lost connection' : `a ${status}`}`,
      end: failed(status),
      reaction: { reconnect: 'Failed', backoff: true } satisfies Reaction,
    })),
    {
      name: 'lists when the server answered with nothing but errors for a minute',
      end: failed(500),
      now: { failingMilliseconds: 60_000 },
      reaction: { relist: 'Failing', backoff: true },
    },
    {
      name: 'lists when what it sent made no sense for a minute',
      end: unreadable,
      now: { failingMilliseconds: 60_000 },
      reaction: { relist: 'Failing', backoff: true },
    },
    ...[0, 429, 503].map((status) => ({
      name: `does not burden a server with a list that ${status === 0 ? 'was away' : `answered ${status}`} for an hour`,
      end: failed(status),
      now: { failingMilliseconds: 3_600_000 },
      reaction: { reconnect: 'Failed', backoff: true } satisfies Reaction,
    })),
    {
      name: 'lists without initial objects in the watch when the server has none',
      end: { cause: 'NoInitialObjects' },
      now: { collecting: true },
      reaction: { withoutInitialObjects: true, backoff: false },
    },
  ])('$name', ({ end, now, reaction }) => {
    expect(reactTo(end, { ...calm, ...now })).toEqual(reaction);
  });
});
