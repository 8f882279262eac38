/** The system's name for what failed, such as `ENOENT` or `ECONNREFUSED`; undefined when the system did not say. */
export function systemErrorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
