import { describe, expect, it } from '@jest/globals';
import { parseWatchEvent } from '../../../src/kube/reflector/watch-event.ts';

const parse = (event: unknown) => parseWatchEvent(JSON.stringify(event), 'Watching pods');

describe('parseWatchEvent', () => {
  it.each(['ADDED', 'MODIFIED', 'DELETED'])('takes an object that was %s, with fields that we do not know', (type) => {
    const object = { metadata: { name: 'x', resourceVersion: '7' }, spec: { futureField: 1 } };

    expect(parse({ type, object })).toEqual({ type, object, resourceVersion: '7' });
  });

  it.each([
    { name: 'an ordinary bookmark', annotations: undefined, endsInitialEvents: false },
    {
      name: 'the bookmark after the initial objects',
      annotations: { 'k8s.io/initial-events-end': 'true' },
      endsInitialEvents: true,
    },
  ])('recognises $name', ({ annotations, endsInitialEvents }) => {
    const event = parse({ type: 'BOOKMARK', object: { metadata: { resourceVersion: '7', annotations } } });

    expect(event).toEqual({ type: 'BOOKMARK', resourceVersion: '7', endsInitialEvents });
  });

  it('turns an ERROR into the error that it carries', () => {
    const event = parse({
      type: 'ERROR',
      object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' },
    });

    expect(event).toMatchObject({ type: 'ERROR', error: { status: 410, reason: 'Expired' } });
  });

  it.each([
    { name: 'no JSON', line: '{"type":"ADDED","obj' },
    { name: 'an empty line', line: '' },
    { name: 'an array', line: '[]' },
    { name: 'an unknown type', line: '{"type":"RENAMED","object":{"metadata":{"name":"x","resourceVersion":"7"}}}' },
    { name: 'no object', line: '{"type":"ADDED"}' },
    { name: 'no resource version', line: '{"type":"ADDED","object":{"metadata":{"name":"x"}}}' },
    { name: 'an empty resource version', line: '{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":""}}}' },
    { name: 'no name', line: '{"type":"ADDED","object":{"metadata":{"resourceVersion":"7"}}}' },
  ])('refuses $name', ({ line }) => {
    expect(() => parseWatchEvent(line, 'Watching pods')).toThrow('Watching pods sent');
  });

  it('never quotes a line that it refuses', () => {
    expect(() => parseWatchEvent('hunter2', 'Watching secrets')).toThrow(/^(?!.*hunter2)/);
  });
});
