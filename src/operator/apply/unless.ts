/** What a request answers; undefined when it fails in an expected way. */
export async function unless<T>(
  expected: (error: unknown) => boolean,
  request: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await request();
  } catch (error) {
    if (expected(error)) return undefined;
    throw error;
  }
}
