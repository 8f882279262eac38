import type { Logger } from '../logger.ts';
import { aborted } from '../aborted.ts';
import type { Clock } from '../clock.ts';
import type { WorkQueue } from '../workqueue/queue.ts';
import type { ControllerMetrics } from './metrics.ts';
import { type Outcome, outcomeOf, outcomeOfError } from './outcome.ts';
import type { Reconcile } from './reconciler.ts';

export interface ControllerOptions {
  /** For logs and metrics. */
  readonly name: string;
  readonly queue: WorkQueue;
  readonly reconcile: Reconcile;
  /** Keys that are reconciled at the same time; never one key twice. */
  readonly concurrency: number;
  /** After this the signal of a reconcile aborts. Its key is not handed out again before it has really ended. */
  readonly reconcileTimeoutMilliseconds: number;
  /** What running reconciles get to end after the controller was told to stop, before their signals abort. Default 10 s. */
  readonly drainMilliseconds?: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics?: ControllerMetrics;
}

/** What a reconcile that does not listen to its signal gets on top, before the controller leaves without it. */
const abandonAfterMilliseconds = 1000;

/**
 * Works the queue off until the signal aborts. Then takes no more keys, lets the running reconciles end, aborts those that take longer
 * than `drainMilliseconds`, and resolves; what was not done is found again by the next process. Never rejects.
 */
export async function runController(options: ControllerOptions, signal: AbortSignal): Promise<void> {
  const { clock, concurrency, logger, metrics, name, queue } = options;
  const { drainMilliseconds = 10_000 } = options;
  const attempts = new Set<AbortController>();

  metrics?.workersStarted(concurrency);
  logger.info({ controller: name, workers: concurrency }, 'Started workers');
  const workers = Promise.all(Array.from({ length: concurrency }, () => work(options, attempts, signal)));
  await Promise.race([workers, aborted(signal)]);

  queue.shutDown();
  const drained = new AbortController();
  const deadline = (async () => {
    await clock.sleep(drainMilliseconds, drained.signal);
    for (const attempt of attempts) attempt.abort(new Error(`${name} is stopping`));
    await clock.sleep(abandonAfterMilliseconds, drained.signal);
  })();
  await Promise.race([workers, deadline]);
  drained.abort();
  if (attempts.size > 0) logger.warn({ controller: name, reconciles: attempts.size }, 'Stopped without its reconciles');
  else logger.info({ controller: name }, 'Stopped workers');
}

async function work(options: ControllerOptions, attempts: Set<AbortController>, signal: AbortSignal): Promise<void> {
  const { queue } = options;
  for (let key = await queue.next(signal); key !== undefined; key = await queue.next(signal)) {
    const attempt = new AbortController();
    attempts.add(attempt);
    const outcome = await attemptReconcile(options, key, attempt);
    attempts.delete(attempt);
    if (!signal.aborted) settle(options, key, outcome);
    queue.done(key);
  }
}

async function attemptReconcile(options: ControllerOptions, key: string, attempt: AbortController): Promise<Outcome> {
  const { clock, metrics, reconcileTimeoutMilliseconds: timeout } = options;
  const startedAt = clock.monotonicMilliseconds();
  const ended = new AbortController();
  let timedOut = false;
  void clock.sleep(timeout, ended.signal).then(() => {
    if (ended.signal.aborted) return;
    timedOut = true;
    attempt.abort(new Error(`Reconcile of ${key} took longer than ${timeout / 1000} s`));
  });

  metrics?.reconcileStarted();
  const outcome = await reconcileOnce(options, key, attempt.signal);
  ended.abort();
  metrics?.reconcileFinished({
    result: outcome.result,
    seconds: (clock.monotonicMilliseconds() - startedAt) / 1000,
    terminal: outcome.result === 'error' && outcome.terminal,
    panic: outcome.result === 'error' && outcome.panic,
    timedOut,
  });
  return outcome;
}

async function reconcileOnce(options: ControllerOptions, key: string, signal: AbortSignal): Promise<Outcome> {
  try {
    return outcomeOf(await options.reconcile(key, signal));
  } catch (error) {
    return outcomeOfError(error);
  }
}

/** Puts the key back as the outcome asks for, and says so where a person has to know. */
function settle(options: ControllerOptions, key: string, outcome: Outcome): void {
  const { logger, name, queue } = options;
  const about = { controller: name, key };
  switch (outcome.result) {
    case 'success':
      queue.forget(key);
      return;
    case 'requeue_after':
      queue.forget(key);
      queue.addAfter(key, outcome.milliseconds);
      return;
    case 'requeue':
      queue.addRateLimited(key);
      logger.debug({ ...about, conflict: outcome.conflict }, 'Requeued');
      return;
    case 'error':
      if (outcome.terminal) {
        queue.forget(key);
        logger.error({ ...about, err: outcome.error }, 'Reconcile failed; not retried until the object changes');
        return;
      }
      queue.addRateLimited(key);
      logger.error(
        { ...about, err: outcome.error, failures: queue.failures(key) },
        'Reconcile failed; will be retried',
      );
  }
}
