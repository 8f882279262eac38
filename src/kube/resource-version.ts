/**
 * Compares two resource versions of one collection: negative when `a` is older. They are decimal numbers of any length, larger when
 * later (https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions). Undefined when one of them is not, as an
 * aggregated API server may have it: then nothing can be said.
 */
export function compareResourceVersions(a: string, b: string): number | undefined {
  if (!isNumeric(a) || !isNumeric(b)) return undefined;

  const difference = BigInt(a) - BigInt(b);
  if (difference === 0n) return 0;
  return difference < 0n ? -1 : 1;
}

function isNumeric(version: string): boolean {
  return /^[0-9]+$/.test(version);
}
