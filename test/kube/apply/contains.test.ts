import { describe, expect, it } from '@jest/globals';
import { contains } from '../../../src/kube/apply/contains.ts';

describe('contains', () => {
  it.each([
    { name: 'defaults that the server added', live: { replicas: 1, paused: false }, intent: { replicas: 1 }, is: true },
    { name: 'a changed value', live: { replicas: 5 }, intent: { replicas: 1 }, is: false },
    { name: 'a missing field', live: {}, intent: { replicas: 1 }, is: false },
    {
      name: 'a label that somebody added',
      live: { labels: { ours: 'a', theirs: 'b' } },
      intent: { labels: { ours: 'a' } },
      is: true,
    },
    { name: 'a field left undefined', live: {}, intent: { minReadySeconds: undefined }, is: true },
    {
      name: 'defaults inside list items',
      live: { ports: [{ port: 22, protocol: 'TCP' }] },
      intent: { ports: [{ port: 22 }] },
      is: true,
    },
    {
      name: 'an item that somebody added',
      live: { ports: [{ port: 22 }, { port: 80 }] },
      intent: { ports: [{ port: 22 }] },
      is: false,
    },
    { name: 'an item that somebody removed', live: { ports: [] }, intent: { ports: [{ port: 22 }] }, is: false },
    { name: 'another order', live: { args: ['b', 'a'] }, intent: { args: ['a', 'b'] }, is: false },
    { name: 'a list where an object is wanted', live: { spec: [] }, intent: { spec: {} }, is: false },
    { name: 'an object where a list is wanted', live: { spec: {} }, intent: { spec: [] }, is: false },
    { name: 'an empty object that is there', live: { emptyDir: {} }, intent: { emptyDir: {} }, is: true },
    { name: 'an empty object that is not there', live: {}, intent: { emptyDir: {} }, is: false },
    { name: 'a number written as text', live: { port: '22' }, intent: { port: 22 }, is: false },
    { name: 'a null where a value is wanted', live: { spec: null }, intent: { spec: { replicas: 1 } }, is: false },
    {
      name: 'a value where null is wanted',
      live: { creationTimestamp: 'now' },
      intent: { creationTimestamp: null },
      is: false,
    },
  ])('$name: $is', ({ live, intent, is }) => {
    expect(contains(live, intent)).toBe(is);
  });
});
