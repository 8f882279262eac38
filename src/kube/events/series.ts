import type { EventType, ObjectReference } from './event.ts';

/** Something to tell about an object. */
export interface EventRecord {
  readonly regarding: ObjectReference;
  readonly type: EventType;
  /** Why, in one CamelCase word that programs can rely on. */
  readonly reason: string;
  /** What was done or tried, in one CamelCase word. */
  readonly action: string;
  /** A sentence for a person. Cut at 1024 bytes. */
  readonly message: string;
}

/** One event and its repetitions. */
export interface Series {
  readonly record: EventRecord;
  /** Of the Event object. */
  name: string;
  firstObserved: Date;
  lastObserved: Date;
  lastObservedMilliseconds: number;
  count: number;
  /** The Event exists at the API server. */
  posted: boolean;
  /** Waits in the queue, so that what happens until its turn is sent along. */
  queued: boolean;
}

/** An event that comes again after a longer time is a new one (client-go's finishTime). */
const endsAfterMilliseconds = 6 * 60_000;

/** The series that go on, at most `maxSeries`: the one quiet for longest is forgotten, and its next event starts a new one. */
export class OngoingSeries {
  readonly #maxSeries: number;
  readonly #series = new Map<string, Series>();

  constructor(maxSeries = 4096) {
    this.#maxSeries = maxSeries;
  }

  /** The series that this record goes on with; undefined if it starts one. */
  find(record: EventRecord, nowMilliseconds: number): Series | undefined {
    const series = this.#series.get(keyOf(record));
    if (series === undefined || nowMilliseconds - series.lastObservedMilliseconds >= endsAfterMilliseconds)
      return undefined;
    return series;
  }

  start(series: Series): void {
    const key = keyOf(series.record);
    this.#series.delete(key);
    this.#series.set(key, series);
    const [oldest] = this.#series.keys();
    if (this.#series.size > this.#maxSeries && oldest !== undefined) this.#series.delete(oldest);
  }

  forget(series: Series): void {
    const key = keyOf(series.record);
    if (this.#series.get(key) === series) this.#series.delete(key);
  }
}

/** Note: with the message. A series shows the message of its first event only, so another one would never be read. */
function keyOf({ regarding, type, reason, action, message }: EventRecord): string {
  const { apiVersion, kind, namespace, name, uid } = regarding;
  return JSON.stringify([apiVersion, kind, namespace, name, uid, type, reason, action, message]);
}
