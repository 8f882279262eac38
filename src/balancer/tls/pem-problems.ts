import type { Problem } from '../config/contradictions.ts';
import type { BalancerConfig } from '../config/schema.ts';
import { checkPemTexts, PemError, type PemFiles, readPemFiles } from './pem-files.ts';

/** What is wrong with the files that a configuration names, as a program finds them now. */
export async function pemProblems({ listeners }: BalancerConfig): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const [index, { tls, targetTls }] of listeners.entries()) {
    for (const [field, files] of [['tls', tls] as const, ['targetTls', targetTls] as const]) {
      const error = files === undefined ? undefined : await errorIn(files);
      if (error !== undefined)
        problems.push({ path: ['listeners', index, field, error.field], message: error.message });
    }
  }
  return problems;
}

async function errorIn(files: PemFiles): Promise<PemError | undefined> {
  try {
    checkPemTexts(files, await readPemFiles(files));
    return undefined;
  } catch (error) {
    if (error instanceof PemError) return error;
    throw error;
  }
}
