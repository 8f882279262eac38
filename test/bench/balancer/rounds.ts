/**
 * Gives each name a turn per round, in reversed order every second round: what grows or falls with time, such as the heat of a processor,
 * then hits all of them alike.
 */
export async function inTurns<Name extends string, Result>(
  names: readonly Name[],
  rounds: number,
  turn: (name: Name, round: number) => Promise<Result>,
): Promise<ReadonlyMap<Name, Result>[]> {
  const results: ReadonlyMap<Name, Result>[] = [];
  for (let round = 1; round <= rounds; round++) {
    const byName = new Map<Name, Result>();
    for (const name of round % 2 === 1 ? names : names.toReversed()) byName.set(name, await turn(name, round));
    results.push(byName);
  }
  return results;
}
