import { randomBytes } from 'node:crypto';
import type { Logger } from '../logger.ts';
import { aborted } from '../aborted.ts';
import type { KubeClient } from '../client.ts';
import type { Clock } from '../clock.ts';
import { KubeError } from '../errors.ts';
import { EventAllowance } from './allowance.ts';
import { eventName } from './event.ts';
import type { EventDropReason, EventMetrics } from './metrics.ts';
import { type EventSource, sendSeries, type SenderOptions } from './sender.ts';
import { type EventRecord, OngoingSeries, type Series } from './series.ts';

export interface EventRecorderOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly source: EventSource;
  readonly logger: Logger;
  readonly metrics?: EventMetrics;
  /** Events that may wait to be sent; more are dropped. Default 1000. */
  readonly maxQueued?: number;
  /** What is still sent after `run` was told to stop. Default 3 s. */
  readonly drainMilliseconds?: number;
  /** Makes the names of events unique; random unless given. */
  readonly suffix?: () => string;
}

/**
 * Tells people about objects by Events (events.k8s.io/v1). `record` never waits and never fails: an API server in trouble must not hold
 * up a reconcile. `run` owns the sending.
 */
export class EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #sender: SenderOptions;
  readonly #allowance: EventAllowance;
  readonly #ongoing = new OngoingSeries();
  readonly #queue: Series[] = [];
  #wake: () => void = () => {};

  constructor(options: EventRecorderOptions) {
    const { client, clock, source, suffix = (): string => randomBytes(8).toString('hex') } = options;
    this.#options = options;
    this.#sender = { client, clock, source, suffix };
    this.#allowance = new EventAllowance(clock);
  }

  /**
   * Notes an event, to be sent soon. Repetitions within 6 minutes are counted on the event that is there. About one object and reason 25 writes pass
   * at once and then one per 5 minutes; a new event beyond that is dropped, a repetition is counted with the next write.
   */
  record(record: EventRecord): void {
    const { clock, maxQueued = 1000 } = this.#options;
    const now = clock.monotonicMilliseconds();
    const known = this.#ongoing.find(record, now);
    if (known !== undefined) {
      known.count++;
      known.lastObserved = clock.now();
      known.lastObservedMilliseconds = now;
    }
    if (known?.queued) return;
    if (!this.#allowance.take(subjectOf(record))) {
      if (known === undefined) this.#drop('TooMany');
      return;
    }
    if (this.#queue.length >= maxQueued) {
      this.#drop('QueueFull');
      return;
    }
    this.#enqueue(known ?? this.#start(record, now));
  }

  /** Sends what is recorded until the signal aborts, then what is left within `drainMilliseconds`. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const hardStop = new AbortController();
    const sending = this.#sendAll(signal, hardStop.signal);
    await aborted(signal);

    this.#wake();
    const drained = new AbortController();
    const { clock, drainMilliseconds = 3000 } = this.#options;
    await Promise.race([sending, clock.sleep(drainMilliseconds, drained.signal)]);
    drained.abort();
    hardStop.abort();
    await sending;
  }

  async #sendAll(stopping: AbortSignal, hardStop: AbortSignal): Promise<void> {
    for (;;) {
      const series = this.#queue.shift();
      if (series !== undefined) {
        await this.#send(series, hardStop);
      } else if (stopping.aborted) {
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }

  async #send(series: Series, hardStop: AbortSignal): Promise<void> {
    const { logger, metrics } = this.#options;
    series.queued = false;
    if (hardStop.aborted) {
      this.#drop('ShutDown');
      return;
    }
    try {
      await sendSeries(this.#sender, series, hardStop);
      metrics?.sent();
    } catch (error) {
      if (!series.posted) this.#ongoing.forget(series);
      const { regarding, reason } = series.record;
      logger.warn({ err: error, kind: regarding.kind, object: regarding.name, reason }, 'Could not send an event');
      this.#drop(dropReason(error, hardStop));
    }
  }

  #start(record: EventRecord, nowMilliseconds: number): Series {
    const now = this.#options.clock.now();
    const series = {
      record,
      name: eventName(record.regarding, this.#sender.suffix()),
      firstObserved: now,
      lastObserved: now,
      lastObservedMilliseconds: nowMilliseconds,
      count: 1,
      posted: false,
      queued: false,
    };
    this.#ongoing.start(series);
    return series;
  }

  #enqueue(series: Series): void {
    series.queued = true;
    this.#queue.push(series);
    this.#wake();
  }

  #drop(reason: EventDropReason): void {
    this.#options.metrics?.dropped(reason);
  }
}

/** The reason too: an object that talks much of one thing must not use up what a rare warning about it needs. */
function subjectOf({ regarding, reason }: EventRecord): string {
  return JSON.stringify([regarding.kind, regarding.namespace, regarding.name, regarding.uid, reason]);
}

function dropReason(error: unknown, hardStop: AbortSignal): EventDropReason {
  if (hardStop.aborted) return 'ShutDown';
  return error instanceof KubeError && error.code === 'Status' ? 'Refused' : 'Unreachable';
}
