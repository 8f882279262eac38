import { describe, expect, it } from '@jest/globals';
import { Store } from '../../../src/kube/cache/store.ts';
import type { KubeObject } from '../../../src/kube/object.ts';
import { trackVersionAges } from '../../../src/operator/observe/version-age.ts';
import { FakeClock } from '../../kube/fake-clock.ts';

describe('trackVersionAges', () => {
  const object = (resourceVersion: string): KubeObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'prod-seats', namespace: 'a', resourceVersion },
  });

  function tracked(): { store: Store<KubeObject>; clock: FakeClock; age: (object: KubeObject) => number } {
    const store = new Store<KubeObject>();
    const clock = new FakeClock();
    return { store, clock, age: trackVersionAges(store, clock) };
  }

  it('counts from the moment at which this process saw the version', async () => {
    const { store, clock, age } = tracked();

    store.put(object('1'), '1');
    await clock.advance(400);
    store.put(object('2'), '2');
    await clock.advance(100);

    expect(age(object('2'))).toBe(100);
  });

  it.each([
    { name: 'a version that it has not seen', put: '1', asked: '2' },
    { name: 'an object that it has not seen', put: undefined, asked: '1' },
  ])('knows nothing of $name', async ({ put, asked }) => {
    const { store, clock, age } = tracked();

    if (put !== undefined) store.put(object(put), put);
    await clock.advance(400);

    expect(age(object(asked))).toBe(0);
  });

  it('forgets what is deleted: a new one of the same name starts anew', async () => {
    const { store, clock, age } = tracked();

    store.put(object('1'), '1');
    await clock.advance(400);
    store.remove('a/prod-seats', '2');

    expect(age(object('1'))).toBe(0);
  });
});
