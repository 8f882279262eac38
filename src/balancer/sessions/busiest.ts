/** How many times each of `names` comes, and the names that come most often. */
export function busiest(names: Iterable<string>, atMost: number): { total: number; names: string[] } {
  const times = new Map<string, number>();
  let total = 0;
  for (const name of names) {
    total += 1;
    times.set(name, (times.get(name) ?? 0) + 1);
  }
  const sorted = [...times].sort(([oneName, one], [otherName, other]) => other - one || (oneName < otherName ? -1 : 1));
  return { total, names: sorted.slice(0, atMost).map(([name]) => name) };
}
