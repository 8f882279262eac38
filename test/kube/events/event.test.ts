import { describe, expect, it } from '@jest/globals';
import { eventName, eventNamespace, fittingNote, referenceTo } from '../../../src/kube/events/event.ts';

const regarding = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'team', name: 'prod' };

describe('fittingNote', () => {
  it.each([
    { name: 'a short sentence', message: 'Started slot prod-0' },
    { name: 'exactly 1024 bytes', message: 'x'.repeat(1024) },
    { name: 'exactly 1024 bytes in 512 characters', message: 'ü'.repeat(512) },
  ])('keeps $name', ({ message }) => {
    expect(fittingNote(message)).toBe(message);
  });

  it.each([
    { name: 'ASCII', message: 'x'.repeat(1025), bytes: 1024 },
    { name: 'two-byte characters', message: 'ü'.repeat(513), bytes: 1023 },
    { name: 'characters outside the basic plane', message: '🔑'.repeat(300), bytes: 1023 },
  ])('cuts $name between characters, at 1024 bytes at most, and shows that it did', ({ message, bytes }) => {
    const note = fittingNote(message);

    expect(Buffer.byteLength(note)).toBe(bytes);
    expect(note).toMatch(/…$/);
    expect(message.startsWith(note.slice(0, -1))).toBe(true);
    expect(note.isWellFormed()).toBe(true);
  });
});

describe('an event', () => {
  it('has a name that fits, whatever its object is called', () => {
    expect(eventName(regarding, 'abc')).toBe('prod.abc');
    expect(eventName({ ...regarding, name: 'n'.repeat(253) }, 'abc')).toBe(`${'n'.repeat(249)}.abc`);
  });

  it('lives in the namespace of its object, or in default', () => {
    const { namespace: _namespace, ...clusterScoped } = regarding;

    expect(eventNamespace(regarding)).toBe('team');
    expect(eventNamespace(clusterScoped)).toBe('default');
  });

  it('refers to its object by kind, name and uid', () => {
    const object = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace: 'team', name: 'prod', uid: 'u', labels: {} },
    };

    expect(referenceTo(object)).toEqual({ ...regarding, uid: 'u' });
  });
});
