import { readFile } from 'node:fs/promises';
import { ConfigError } from './config-error.ts';
import { parseConfig } from './parse-config.ts';

/** Prints the configuration with all its defaults as JSON, or what is wrong with it; gives the exit code. */
export async function printChecked(path: string): Promise<number> {
  try {
    process.stdout.write(`${JSON.stringify(parseConfig(await readFile(path, 'utf8'), path))}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 1;
  }
}
