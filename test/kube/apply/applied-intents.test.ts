import { describe, expect, it } from '@jest/globals';
import { type AppliedIntent, AppliedIntents } from '../../../src/kube/apply/applied-intents.ts';

const entry: AppliedIntent = { uid: 'u', hash: 'h', resourceVersion: '1', generation: 1, tookOver: true };

describe('AppliedIntents', () => {
  it('holds no more than it may, dropping what was not used for longest', () => {
    const intents = new AppliedIntents(2);
    intents.set('a', entry);
    intents.set('b', entry);
    intents.get('a');

    intents.set('c', entry);

    expect(intents.size).toBe(2);
    expect(intents.get('b')).toBeUndefined();
    expect([intents.get('a'), intents.get('c')]).toEqual([entry, entry]);
  });

  it('replaces what it knew of an object', () => {
    const intents = new AppliedIntents(2);
    intents.set('a', entry);
    intents.set('b', entry);

    intents.set('a', { ...entry, hash: 'new' });

    expect(intents.size).toBe(2);
    expect(intents.get('a')?.hash).toBe('new');
  });
});
