import type { CollectionName, Collections } from './objects.ts';

/** One state of a collection, and when it came about. */
export interface Version<T> {
  readonly value: T;
  readonly atMilliseconds: number;
}

type Histories = { [Name in CollectionName]: Version<Collections[Name]>[] };

/** All states that each collection ever had: caches read an older one, the API server the last. */
export interface Store {
  readonly histories: Histories;
  last<Name extends CollectionName>(name: Name): Collections[Name];
  write<Name extends CollectionName>(name: Name, value: Collections[Name]): void;
}

export function storeOf(initial: Collections, now: () => number): Store {
  const first = <T>(value: T): Version<T>[] => [{ value, atMilliseconds: 0 }];
  const histories: Histories = {
    pool: first(initial.pool),
    secret: first(initial.secret),
    gate: first(initial.gate),
    drains: first(initial.drains),
    deployments: first(initial.deployments),
    pods: first(initial.pods),
    endpoints: first(initial.endpoints),
    cordoned: first(initial.cordoned),
  };
  return {
    histories,
    last: (name) => lastOf(histories[name]),
    write: (name, value) => {
      histories[name].push({ value, atMilliseconds: now() });
    },
  };
}

function lastOf<T>(versions: readonly Version<T>[]): T {
  const version = versions.at(-1);
  if (version === undefined) throw new Error('a collection always has a version');
  return version.value;
}
