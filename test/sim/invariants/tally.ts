/** How often things happened over all lives: a simulation in which nothing happens proves nothing. */
export interface Tally {
  count(what: string): void;
  of(what: string): number;
  entries(): [string, number][];
}

export function tallyOf(): Tally {
  const counts = new Map<string, number>();
  const of = (what: string): number => counts.get(what) ?? 0;
  return {
    count: (what) => {
      counts.set(what, of(what) + 1);
    },
    of,
    entries: () => [...counts.entries()].sort(([left], [right]) => (left < right ? -1 : 1)),
  };
}
