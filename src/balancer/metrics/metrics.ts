export type Labels = Readonly<Record<string, string>>;

/** One line of the metrics, as it is read when they are asked for. */
export interface Sample {
  readonly labels?: Labels;
  readonly value: number;
}

export interface Counter {
  /** Adds `amount` (default 1) to the line with these labels. */
  add(labels?: Labels, amount?: number): void;
  /** The line with these labels, for what is counted so often that finding it each time would cost. */
  line(labels: Labels): CounterLine;
}

/** To be counted up in place. */
export interface CounterLine {
  value: number;
}

/** Counts measurements by size. Filled in place, as it is on the way of each request. */
export interface HistogramLine {
  /** How many were at most as large as each bound, and larger than the one before; behind the last bound: the rest. */
  readonly counts: number[];
  sum: number;
}

export interface Histogram {
  /** Upper ends of the buckets, ascending. */
  readonly bounds: readonly number[];
  /** The line with these labels. */
  line(labels: Labels): HistogramLine;
}

/** How the lines of several threads with the same labels become one: booleans that say "some" or "all" are no sums. */
export type Merging = 'Sum' | 'Most' | 'Least';

/** All lines of one name, at one moment. Plain data. */
export interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly merging: Merging;
  readonly samples: readonly NamedSample[];
}

/** `suffix`: of a histogram's lines, behind the family's name. */
export type NamedSample = Sample & { readonly suffix?: string };

/** The balancer's metrics, printed in the Prometheus text format. */
export interface Metrics {
  /** Registers a counter; the name ends in `_total`. The same name twice gives the same counter. */
  counter(name: string, help: string): Counter;
  /** Registers a histogram. The same name twice gives the same histogram. */
  histogram(name: string, help: string, bounds: readonly number[]): Histogram;
  /** Registers a gauge which is read at every scrape. @param merging for the lines of several threads, usually their sum */
  gauge(name: string, help: string, read: () => Iterable<Sample>, merging?: Merging): void;
  /** What `text` prints. */
  families(): readonly Family[];
  /** https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format */
  text(): string;
}
