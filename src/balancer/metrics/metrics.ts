export type Labels = Readonly<Record<string, string>>;

/** One line of a gauge or counter that is read when the metrics are asked for. */
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

/** The balancer's metrics, printed in the Prometheus text format. */
export interface Metrics {
  /** Registers a counter; the name ends in `_total`. The same name twice gives the same counter. */
  counter(name: string, help: string): Counter;
  /** Registers a gauge which is read at every scrape. */
  gauge(name: string, help: string, read: () => Iterable<Sample>): void;
  /** https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format */
  text(): string;
}
