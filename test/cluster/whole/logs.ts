import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { StateLayout } from './state.ts';

const linesPerLog = 5;

/** The last lines of every component's log, to see why a start failed. */
export async function logTails(state: StateLayout): Promise<string> {
  const files = (await readdir(state.log).catch(() => [])).filter((file) => file.endsWith('.log')).sort();
  const tails = files.map(async (file) => {
    const lines = (await readFile(join(state.log, file), 'utf8')).trimEnd().split('\n').slice(-linesPerLog);
    return `==> ${file}\n${lines.join('\n')}\n`;
  });
  return (await Promise.all(tails)).join('');
}
