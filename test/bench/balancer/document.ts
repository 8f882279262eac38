import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const begin = '<!-- Written by `make bench-balancer`: -->';
const end = '<!-- Up to here. -->';

const path = join(import.meta.dirname, '..', '..', '..', 'docs', 'benchmarks.md');

/** Puts the figures where docs/benchmarks.md shows those of the balancer. */
export async function documentFigures(output: string, date: Date): Promise<void> {
  await writeFile(path, withFigures(await readFile(path, 'utf8'), output, date));
}

/** @throws when the document has no place for figures */
export function withFigures(document: string, output: string, date: Date): string {
  const from = document.indexOf(begin);
  const to = document.indexOf(end, from);
  if (from === -1 || to === -1) throw new Error(`docs/benchmarks.md has no lines "${begin}" and "${end}"`);
  const day = date.toISOString().slice(0, 10);
  const figures = `${begin}\n\nOf ${day}:\n\n\`\`\`\n${output.trim()}\n\`\`\`\n\n`;
  return `${document.slice(0, from)}${figures}${document.slice(to)}`;
}
