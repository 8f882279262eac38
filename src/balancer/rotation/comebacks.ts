/** Remembers, by name, since when a backend is back after it could not take work. */
export interface Comebacks {
  /** Takes the names that can take work now. */
  note(usable: ReadonlySet<string>, nowMilliseconds: number): void;
  /** Undefined: it never was away since it was first seen, or is away now. */
  returnedAt(name: string): number | undefined;
}

export function createComebacks(): Comebacks {
  const away = new Set<string>();
  const present = new Map<string, number | undefined>();

  return {
    note(usable, nowMilliseconds) {
      for (const name of present.keys()) {
        if (usable.has(name)) continue;
        present.delete(name);
        away.add(name);
      }
      for (const name of usable) {
        if (!present.has(name)) present.set(name, away.delete(name) ? nowMilliseconds : undefined);
      }
    },
    returnedAt: (name) => present.get(name),
  };
}
