/** The members that have a value: what is absent is not kept as a member that is undefined. */
export function defined<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(members).filter(([, value]) => value !== undefined);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same members, less the undefined ones
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
