import type { Logger } from 'pino';
import type { Clock } from '../kube/clock.ts';
import { isNotFound } from '../kube/errors.ts';
import type { KubeTransport } from '../kube/transport/transport.ts';
import { missingFields } from './served-schema.ts';

const tryAgainMilliseconds = 30_000;

/** At a fresh install the API server serves a new resource some seconds before it describes it. */
const patienceMilliseconds = 15_000;
const soonMilliseconds = 1000;

/** Says loudly, once it knows, that the installed CustomResourceDefinition is older than this operator. Never rejects. */
export async function reportMissingFields(
  transport: KubeTransport,
  clock: Clock,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  const begun = clock.monotonicMilliseconds();
  while (!signal.aborted) {
    try {
      const missing = await missingFields(transport, signal);
      if (missing.length > 0) {
        logger.error(
          { missing },
          'The CustomResourceDefinition in the cluster is older than this operator and drops these fields: apply the one of this version',
        );
      }
      return;
    } catch (error) {
      if (isNotFound(error) && clock.monotonicMilliseconds() - begun < patienceMilliseconds) {
        await clock.sleep(soonMilliseconds, signal);
        continue;
      }
      const advice = 'Install the CustomResourceDefinition of this version: the API server does not know GatewayPools';
      logger.error(
        { err: error },
        isNotFound(error) ? advice : 'Could not read what the API server knows of GatewayPools',
      );
    }
    await clock.sleep(tryAgainMilliseconds, signal);
  }
}
