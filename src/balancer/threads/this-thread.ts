// Note: loaded only where there are threads, as node:worker_threads takes up to 2 MB.
import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { type DataThreadOptions, runDataThread } from './data-thread.ts';
import { isThreadData } from './protocol.ts';

/**
 * Carries bytes in this thread, until the thread that started it ends it.
 * @throws when this is no thread of a balancer.
 */
export async function runThisThread(parts: Omit<DataThreadOptions, 'port' | 'data'>): Promise<void> {
  const data: unknown = workerData;
  if (parentPort === null || !isThreadData(data)) throw new Error('Only a balancer starts data threads');
  const logger = parts.logger.child({ thread: data.thread });
  runDataThread({ ...parts, logger, port: parentPort, data });
  await once(parentPort, 'close');
}
