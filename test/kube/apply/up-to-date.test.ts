import { describe, expect, it } from '@jest/globals';
import { type Comparison, isUpToDate } from '../../../src/kube/apply/up-to-date.ts';
import type { KubeObject } from '../../../src/kube/object.ts';

interface Slot extends KubeObject {
  spec?: Record<string, unknown>;
  data?: Record<string, string>;
}

const intent: Slot = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { namespace: 'team', name: 'prod-0', labels: { pool: 'prod' } },
  spec: { replicas: 1 },
};

const configured: Slot = { ...intent, data: { a: '1' } };

const live = (metadata: Partial<KubeObject['metadata']>, more: Partial<Slot> = {}): Slot => ({
  ...intent,
  metadata: { ...intent.metadata, uid: 'u', resourceVersion: '100', generation: 1, ...metadata },
  ...more,
});

const applied = { uid: 'u', hash: 'h', resourceVersion: '100', generation: 1, tookOver: true };
const same: Comparison = { intent, hash: 'h', live: live({}), applied, hashAnnotation: undefined };

const cases: { name: string; comparison: Comparison; is: boolean }[] = [
  { name: 'the very version that we wrote', comparison: same, is: true },
  {
    name: 'a cache behind our write',
    comparison: { ...same, live: live({ resourceVersion: '99' }, { spec: {} }) },
    is: true,
  },
  { name: 'another intent than the one we wrote', comparison: { ...same, hash: 'new' }, is: false },
  {
    name: 'a newer version that still has our fields',
    comparison: {
      ...same,
      live: live({ resourceVersion: '101', generation: 2, labels: { pool: 'prod', team: 'a' } }),
    },
    is: true,
  },
  {
    name: 'a newer version that lost a field',
    comparison: { ...same, live: live({ resourceVersion: '101', generation: 2 }, { spec: { replicas: 5 } }) },
    is: false,
  },
  {
    name: 'a list item, which has no kind',
    comparison: { ...same, live: { ...live({ resourceVersion: '101' }), kind: '', apiVersion: '' } },
    is: true,
  },
  {
    name: 'a newer version without a spec in the cache, of the same generation',
    comparison: { ...same, live: live({ resourceVersion: '101' }, { spec: {} }) },
    is: true,
  },
  {
    name: 'a newer version without a spec in the cache, of the next generation',
    comparison: { ...same, live: live({ resourceVersion: '101', generation: 2 }, { spec: {} }) },
    is: false,
  },
  {
    name: 'a lost label at the same generation',
    comparison: { ...same, live: live({ resourceVersion: '101', labels: {} }, { spec: {} }) },
    is: false,
  },
  {
    name: 'data, which no generation counts',
    comparison: {
      ...same,
      intent: configured,
      live: live({ resourceVersion: '101' }, { data: {} }),
    },
    is: false,
  },
  {
    name: 'an object of the same name with another uid',
    comparison: { ...same, live: live({ uid: 'successor' }) },
    is: false,
  },
  { name: 'an object that this process never wrote', comparison: { ...same, applied: undefined }, is: false },
  {
    name: 'one that the process before wrote with the same intent',
    comparison: { ...same, applied: undefined, hashAnnotation: 'hash', live: live({ annotations: { hash: 'h' } }) },
    is: true,
  },
  {
    name: 'one that the process before wrote with another intent',
    comparison: { ...same, applied: undefined, hashAnnotation: 'hash', live: live({ annotations: { hash: 'old' } }) },
    is: false,
  },
  {
    name: 'one that the process before wrote and somebody changed since',
    comparison: {
      ...same,
      applied: undefined,
      hashAnnotation: 'hash',
      live: live({ annotations: { hash: 'h' } }, { spec: { replicas: 5 } }),
    },
    is: false,
  },
];

describe('isUpToDate', () => {
  it.each(cases)('$name: $is', ({ comparison, is }) => {
    expect(isUpToDate(comparison)).toBe(is);
  });
});
