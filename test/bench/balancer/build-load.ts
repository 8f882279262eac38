import { join } from 'node:path';
import { run } from '../../cluster/processes/run.ts';

/** Builds the load program into `directory` and returns its path. It needs nothing but Go. */
export async function buildLoad(directory: string): Promise<string> {
  const output = join(directory, 'load');
  const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false', GOWORK: 'off' };
  const options = { cwd: join(import.meta.dirname, 'load'), env, timeoutMilliseconds: 120_000 };
  await run('go', ['build', '-trimpath', '-o', output, '.'], options);
  return output;
}
