/** Narrows parsed JSON to an object (not an array, not null). */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The border between the wire and the types: the caller states what an API server's answer is, and the server's own schema stands
 * behind it. The one assertion of this kind in the layer, so that every use of it can be found.
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- it is an assertion by name
export function trusted<T>(answer: unknown): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- to validate again would drop fields that are newer than we are
  return answer as T;
}
