import type { KubeClient } from '../client.ts';
import type { Clock } from '../clock.ts';
import { isAlreadyExists, isNotFound, KubeError } from '../errors.ts';
import { microTime } from '../micro-time.ts';
import { type Event, eventName, eventNamespace, eventResource, eventSeries, fittingNote } from './event.ts';
import type { Series } from './series.ts';

export interface EventSource {
  /** A qualified name, such as `example.com/operator`. */
  readonly reportingController: string;
  /** Which process of it, such as the pod's name. At most 128 characters. */
  readonly reportingInstance: string;
}

export interface SenderOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly source: EventSource;
  /** Makes the names of events unique. */
  readonly suffix: () => string;
}

const maxTries = 5;
const firstRetryMilliseconds = 1000;

/** Writes the state of a series. @throws KubeError, after some tries if another one could help */
export async function sendSeries(options: SenderOptions, series: Series, signal: AbortSignal): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await (series.posted ? patch(options, series, signal) : post(options, series, signal));
      return;
    } catch (error) {
      if (tries === maxTries || signal.aborted || !isWorthAnotherTry(error)) throw error;
      await options.clock.sleep(firstRetryMilliseconds * 2 ** (tries - 1), signal);
    }
  }
}

async function post(options: SenderOptions, series: Series, signal: AbortSignal): Promise<void> {
  const { record, name, firstObserved, lastObserved, count } = series;
  const { regarding, type, reason, action, message } = record;
  const event: Event = {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { namespace: eventNamespace(regarding), name },
    eventTime: microTime(firstObserved),
    ...options.source,
    type,
    reason,
    action,
    regarding,
    note: fittingNote(message),
    ...(count > 1 ? { series: eventSeries(count, lastObserved) } : {}),
  };
  try {
    await options.client.create(eventResource, event, { signal });
  } catch (error) {
    // The name is ours alone, so an earlier try arrived and only its answer was lost.
    if (!isAlreadyExists(error)) throw error;
  }
  series.posted = true;
}

async function patch(options: SenderOptions, series: Series, signal: AbortSignal): Promise<void> {
  const { record, name, lastObserved, count } = series;
  const key = { namespace: eventNamespace(record.regarding), name };
  try {
    await options.client.mergePatch(eventResource, key, { series: eventSeries(count, lastObserved) }, { signal });
  } catch (error) {
    if (!isNotFound(error)) throw error;
    // Events are deleted after an hour. What happens now deserves one that says when it began: now.
    series.name = eventName(record.regarding, options.suffix());
    series.firstObserved = lastObserved;
    series.count = 1;
    await post(options, series, signal);
  }
}

function isWorthAnotherTry(error: unknown): boolean {
  if (!(error instanceof KubeError) || error.code === 'Aborted') return false;
  return error.code !== 'Status' || error.status === 429 || error.status >= 500;
}
