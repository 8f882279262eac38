import type { Registry } from 'prom-client';

/** The samples of one metric as a scraper reads them: `name{labels} value`, in the order of the page. */
export async function samplesOf(registry: Registry, name: string): Promise<string[]> {
  const page = await registry.metrics();
  return page.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
}
