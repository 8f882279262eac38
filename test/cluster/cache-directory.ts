import { homedir } from 'node:os';
import { join } from 'node:path';

/** What is kept between runs: Kubernetes binaries, images. Safe to delete while nothing runs. */
export function cacheDirectory(env: NodeJS.ProcessEnv = process.env): string {
  if (env['GATEWAYPOOL_CACHE']) return env['GATEWAYPOOL_CACHE'];
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'gatewaypool');
}
