/** Orders names as people count: prod-2 before prod-10. Total: equal only when the names are equal. */
export function compareNames(one: string, other: string): number {
  const [oneStem, oneNumber] = splitNumber(one);
  const [otherStem, otherNumber] = splitNumber(other);
  if (oneStem === otherStem && oneNumber !== otherNumber) return oneNumber - otherNumber;
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

function splitNumber(name: string): readonly [stem: string, number: number] {
  const digits = /\d{1,15}$/.exec(name)?.[0];
  return digits === undefined ? [name, -1] : [name.slice(0, -digits.length), Number(digits)];
}
