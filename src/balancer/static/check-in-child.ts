import { execFile } from 'node:child_process';
import type { BalancerConfig } from '../config/schema.ts';

/** Reads and checks the configuration file at `path`. Rejects with a sentence for a person. */
export type CheckConfig = (path: string) => Promise<BalancerConfig>;

const checkMilliseconds = 30_000;
const longestOutput = 16 * 1024 * 1024;

/**
 * Checks a file in a process of its own, by the `--check` of this very program. Parser and schema are needed for a moment at the start
 * and at each change; kept in this process, they would be an eighth of its memory for all its life.
 * @param program the script that this process runs
 */
export function checkInChild(program: string): CheckConfig {
  return (path) =>
    new Promise((resolve, reject) => {
      const options = { timeout: checkMilliseconds, maxBuffer: longestOutput };
      execFile(process.execPath, [program, '--check', path], options, (error, stdout, stderr) => {
        if (error !== null) {
          reject(new Error(stderr.trim() === '' ? `Could not check ${path}: ${error.message}` : stderr.trim()));
          return;
        }
        // Checked by our own schema a moment ago.
        const config: BalancerConfig = JSON.parse(stdout);
        resolve(config);
      });
    });
}
