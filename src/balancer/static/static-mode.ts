import { readFile } from 'node:fs/promises';
import type { Logger } from '../../kube/logger.ts';
import type { Clock } from '../../kube/clock.ts';
import type { BalancerConfig } from '../config/schema.ts';
import type { TryWrite } from '../log/standard-output.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { createDataPlaneByConfig } from '../threads/by-config.ts';
import { createAdminRuntime } from './admin-runtime.ts';
import type { CheckConfig } from './check-in-child.ts';
import { staticBackends, withStaticAddresses } from './static-backends.ts';
import { watchFile } from './watch-file.ts';

export interface StaticModeOptions {
  readonly path: string;
  readonly check: CheckConfig;
  readonly clock: Clock;
  /** From 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Where the access log goes. */
  readonly tryWrite: TryWrite;
  /** The script of this process; absent = it has one thread, whatever the file says. */
  readonly program?: string | undefined;
}

const rereadMilliseconds = 500;

/**
 * Balances as a file says, on any machine. Resolves when `stop` aborted and the last session has ended; `cut` ends the rest at once.
 * @throws when the file is refused at the start, with line and column
 * @throws the system's error when the file cannot be read, or an address cannot be listened on, at the start
 */
export async function runStaticMode(options: StaticModeOptions, stop: AbortSignal, cut: AbortSignal): Promise<void> {
  const { path, check, clock, logger, metrics } = options;
  const first = await readFile(path, 'utf8');
  const dataPlane = createDataPlaneByConfig(options, options.program);
  const refused = metrics.counter('gatewaypool_balancer_config_refused_total', 'Configurations that were refused.');
  const admin = createAdminRuntime(
    {
      probes: {
        started: () => ({ ok: true, message: 'The balancer runs.' }),
        ready: () => ({ ok: !stop.aborted, message: stop.aborted ? 'The balancer stops.' : 'The listeners are open.' }),
        live: () => ({ ok: true, message: 'The balancer runs.' }),
      },
      sessions: () => ({ ...dataPlane.sessions(), draining: stop.aborted, held: null }),
      metrics: () => dataPlane.scrape(),
    },
    logger,
  );

  async function apply(config: BalancerConfig): Promise<void> {
    dataPlane.setBackends(staticBackends(config.backends));
    await dataPlane.setConfig(withStaticAddresses(config));
    await admin.set(config.admin);
    const listeners = config.listeners.map(({ name }) => name);
    const backends = config.backends.map(({ name }) => name);
    logger.info({ path, listeners, backends }, 'Applied the configuration');
  }

  async function reload(): Promise<void> {
    try {
      const config = await check(path);
      await apply(config).catch((error: unknown) => {
        logger.error({ error: sentenceOf(error) }, 'Could not apply all of the new configuration');
      });
    } catch (error) {
      refused.add();
      logger.error({ error: sentenceOf(error) }, 'Refused the new configuration, the old one stays in force');
    }
  }

  try {
    await apply(await check(path));
    await watchFile({ path, clock, intervalMilliseconds: rereadMilliseconds, known: first, onChange: reload }, stop);
    logger.info(dataPlane.sessions(), 'Stopped to accept, waiting for the last session');
  } finally {
    await dataPlane.close(stop.aborted ? cut : AbortSignal.abort());
    await admin.close();
  }
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
