import { ensureRequirements, missingPackages } from '../../../cluster/requirements.ts';
import { withLock } from '../../../cluster/processes/lock.ts';

/** Programs of others that the balancer is tried with, and the Debian packages that bring them. */
const packages = {
  haproxy: { file: 'haproxy', package: 'haproxy' },
  nginx: { file: 'nginx', package: 'nginx-light' },
  curl: { file: 'curl', package: 'curl' },
  h2load: { file: 'h2load', package: 'nghttp2-client' },
  wrk: { file: 'wrk', package: 'wrk' },
  slowhttptest: { file: 'slowhttptest', package: 'slowhttptest' },
  websockets: { file: '/usr/lib/python3/dist-packages/websockets/__init__.py', package: 'python3-websockets' },
} as const;

export type Peer = keyof typeof packages;

/**
 * Which of these are on this machine, after an attempt to install the others. What cannot be installed is left out, loudly; with CI set
 * nothing may be left out: throws then.
 */
export async function installedPeers(wanted: readonly Peer[]): Promise<ReadonlySet<Peer>> {
  const requirements = wanted.map((peer) => packages[peer]);
  try {
    // Test files run side by side, and apt-get has one lock for all.
    await withLock(
      'http-peers packages',
      600_000,
      () => {},
      async () => ensureRequirements(requirements),
    );
  } catch (error) {
    if (isContinuousIntegration()) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(`\n*** LEFT OUT: tests with ${missingPackages(requirements).join(', ')}: ${reason} ***\n`);
  }
  return new Set(wanted.filter((peer) => missingPackages([packages[peer]]).length === 0));
}

/** As CI services set it: `true`, or `1`. */
export function isContinuousIntegration(): boolean {
  return !['', '0', 'false'].includes(process.env['CI'] ?? '');
}
