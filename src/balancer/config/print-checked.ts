import { readFile } from 'node:fs/promises';
import { ConfigError } from './config-error.ts';
import type { Problem } from './contradictions.ts';
import { parseConfig, refusalOf } from './parse-config.ts';
import type { BalancerConfig } from './schema.ts';

/** Looks at what a configuration names. */
export type FindProblems = (config: BalancerConfig) => Promise<readonly Problem[]>;

/** Prints the configuration with all its defaults as JSON, or what is wrong with it or with what it names; gives the exit code. */
export async function printChecked(path: string, findProblems: FindProblems): Promise<number> {
  try {
    const text = await readFile(path, 'utf8');
    const config = parseConfig(text, path);
    const [first, ...others] = await findProblems(config);
    if (first !== undefined) throw refusalOf([first, ...others], text, path);
    process.stdout.write(`${JSON.stringify(config)}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 1;
  }
}
