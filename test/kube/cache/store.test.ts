import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { Store } from '../../../src/kube/cache/store.ts';
import type { StoreEvent } from '../../../src/kube/cache/store.ts';
import type { KubeObject } from '../../../src/kube/object.ts';
import { keyOf } from '../../../src/kube/object.ts';

function object(name: string, version: number, options: { uid?: string; colour?: string } = {}): KubeObject {
  const { uid = `uid-of-${name}`, colour } = options;
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      namespace: 'a',
      uid,
      resourceVersion: String(version),
      ...(colour === undefined ? {} : { labels: { colour } }),
    },
  };
}

const colourOf = ({ metadata }: KubeObject): string[] => Object.values(metadata.labels ?? {});
const mapOf = (...objects: KubeObject[]): Map<string, KubeObject> =>
  new Map(objects.map((each) => [keyOf(each), each]));

function watchedStore() {
  const store = new Store<KubeObject>({ indexes: { colour: colourOf } });
  const events: string[] = [];
  store.onChange((event) => events.push(describeEvent(event)));
  return { store, events };
}

function describeEvent({ type, old, new: current, initial }: StoreEvent<KubeObject>): string {
  const version = (side: KubeObject | undefined) => side?.metadata.resourceVersion ?? '-';
  return `${type} ${(current ?? old)?.metadata.name} ${version(old)}→${version(current)}${initial ? ' initial' : ''}`;
}

describe('Store', () => {
  it('reports additions, changes and deletions with both versions', () => {
    const { store, events } = watchedStore();

    store.put(object('x', 1), '1');
    store.put(object('x', 2), '2');
    store.remove('a/x', '3');

    expect(events).toEqual(['Added x -→1', 'Updated x 1→2', 'Deleted x 2→-']);
    expect(store.size).toBe(0);
    expect(store.resourceVersion).toBe('3');
  });

  it.each([
    { name: 'the version it has already', act: (store: Store<KubeObject>) => store.put(object('x', 1), '5') },
    { name: 'a deletion of what it does not have', act: (store: Store<KubeObject>) => store.remove('a/y', '5') },
    { name: 'a bookmark', act: (store: Store<KubeObject>) => store.advance('5') },
  ])('reports nothing for $name, but remembers how far it is', ({ act }) => {
    const { store, events } = watchedStore();
    store.put(object('x', 1), '1');
    events.length = 0;

    act(store);

    expect(events).toEqual([]);
    expect(store.resourceVersion).toBe('5');
  });

  it('marks what was there at the beginning', () => {
    const { store, events } = watchedStore();

    store.replace(mapOf(object('x', 1), object('y', 2)), '9', { initial: true });

    expect(events).toEqual(['Added x -→1 initial', 'Added y -→2 initial']);
  });

  it('reports only the differences of a relist', () => {
    const { store, events } = watchedStore();
    store.replace(mapOf(object('kept', 1), object('changed', 1), object('gone', 1)), '1', { initial: true });
    events.length = 0;

    store.replace(mapOf(object('kept', 1), object('changed', 2), object('new', 2)), '2', { initial: false });

    expect(events).toEqual(['Updated changed 1→2', 'Added new -→2', 'Deleted gone 1→-']);
    expect(store.resourceVersion).toBe('2');
  });

  it('tells a new object of the same name from a changed one', () => {
    const { store, events } = watchedStore();
    store.put(object('x', 1, { uid: 'first' }), '1');
    events.length = 0;

    store.put(object('x', 2, { uid: 'second' }), '2');

    expect(events).toEqual(['Deleted x 1→-', 'Added x -→2']);
  });

  it('is complete before a handler sees a change', () => {
    const store = new Store<KubeObject>({ indexes: { colour: colourOf } });
    const seen: number[][] = [];
    store.onChange(() => seen.push([store.size, store.byIndex('colour', 'red').length]));

    store.replace(mapOf(object('x', 1, { colour: 'red' }), object('y', 1, { colour: 'red' })), '1', { initial: true });

    expect(seen).toEqual([
      [2, 2],
      [2, 2],
    ]);
  });

  it('remembers how far it is only after the handlers ran', () => {
    const store = new Store<KubeObject>();
    const seen: string[] = [];
    store.onChange(() => seen.push(store.resourceVersion));

    store.put(object('x', 1), '1');
    store.put(object('x', 2), '2');

    expect(seen).toEqual(['', '1']);
  });

  it('goes on when a handler throws, and reports it', () => {
    const store = new Store<KubeObject>();
    const errors: unknown[] = [];
    const others: string[] = [];
    store.reportHandlerErrors((error) => errors.push(error));
    store.onChange(() => {
      throw new Error('broken handler');
    });
    store.onChange((event) => others.push(event.type));

    store.put(object('x', 1), '1');

    expect(errors).toEqual([new Error('broken handler')]);
    expect(others).toEqual(['Added']);
    expect(store.get('a/x')).toBeDefined();
    expect(store.resourceVersion).toBe('1');
  });

  it('stops telling who no longer listens', () => {
    const store = new Store<KubeObject>();
    let events = 0;
    const stop = store.onChange(() => {
      events += 1;
    });

    store.put(object('x', 1), '1');
    stop();
    store.put(object('x', 2), '2');

    expect(events).toBe(1);
  });

  it('refuses an index that it does not have', () => {
    expect(() => new Store().byIndex('colour', 'red')).toThrow('The store has no index "colour"');
  });

  it('finds by index exactly what a search of the whole list finds, after any changes', () => {
    const colour = fc.option(fc.constantFrom('red', 'green'), { nil: undefined });
    const name = fc.constantFrom('x', 'y', 'z');
    const change = fc.oneof(
      fc.record({ kind: fc.constant('put' as const), name, colour }),
      fc.record({ kind: fc.constant('remove' as const), name }),
      fc.record({
        kind: fc.constant('replace' as const),
        objects: fc.uniqueArray(fc.record({ name, colour }), { selector: (each) => each.name }),
      }),
    );

    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
        const store = new Store<KubeObject>({ indexes: { colour: colourOf } });
        let version = 0;
        const make = (each: { name: string; colour: string | undefined }): KubeObject =>
          object(each.name, (version += 1), each.colour === undefined ? {} : { colour: each.colour });

        for (const each of changes) {
          if (each.kind === 'put') store.put(make(each), String(version));
          else if (each.kind === 'remove') store.remove(`a/${each.name}`, String(version));
          else store.replace(mapOf(...each.objects.map(make)), String(version), { initial: false });

          for (const value of ['red', 'green']) {
            const searched = store.list().filter((candidate) => colourOf(candidate).includes(value));
            expect(new Set(store.byIndex('colour', value))).toEqual(new Set(searched));
          }
        }
      }),
    );
  });

  it('lets a copy that is kept by its events end in the same state, after any relists', () => {
    const name = fc.constantFrom('x', 'y', 'z');
    const version = fc.integer({ min: 1, max: 3 });
    const uid = fc.constantFrom('first', 'second');
    const collection = fc.uniqueArray(fc.record({ name, version, uid }), { selector: (each) => each.name });

    fc.assert(
      fc.property(fc.array(collection, { maxLength: 10 }), (collections) => {
        const store = new Store<KubeObject>();
        const copy = new Map<string, KubeObject>();
        store.onChange((event) => {
          if (event.type === 'Deleted') copy.delete(keyOf(event.old));
          else copy.set(keyOf(event.new), event.new);
        });

        for (const objects of collections) {
          store.replace(mapOf(...objects.map((each) => object(each.name, each.version, each))), '1', {
            initial: false,
          });
        }

        expect(copy).toEqual(mapOf(...store.list()));
      }),
    );
  });
});
