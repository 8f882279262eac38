import type {
  Counter,
  CounterLine,
  Family,
  Histogram,
  HistogramLine,
  Labels,
  Metrics,
  NamedSample,
} from './metrics.ts';

type Source = Omit<Family, 'name' | 'samples'> & { readonly read: () => Iterable<NamedSample> };

type LabelledHistogram = HistogramLine & { readonly labels: Labels };

/** Metrics without a library: the balancer has a few families, and its memory is counted. */
export function createMetrics(): Metrics {
  const families = new Map<string, Source>();
  const counters = new Map<string, Counter>();
  const histograms = new Map<string, Histogram>();
  const readAll = (): Family[] =>
    [...families].map(([name, { read, ...family }]) => ({ name, ...family, samples: [...read()] }));

  return {
    counter(name, help) {
      const known = counters.get(name);
      if (known !== undefined) return known;
      const lines = new Map<string, { labels: Labels; value: number }>();
      const lineOf = (labels: Labels): CounterLine => lineFor(lines, labels, () => ({ labels, value: 0 }));
      const counter: Counter = {
        add(labels = {}, amount = 1) {
          lineOf(labels).value += amount;
        },
        line: lineOf,
      };
      counters.set(name, counter);
      families.set(name, { type: 'counter', help, merging: 'Sum', read: () => lines.values() });
      return counter;
    },
    histogram(name, help, bounds) {
      const known = histograms.get(name);
      if (known !== undefined) return known;
      const lines = new Map<string, LabelledHistogram>();
      const empty = (labels: Labels): LabelledHistogram => ({ labels, counts: [...bounds, 0].map(() => 0), sum: 0 });
      const histogram: Histogram = { bounds, line: (labels) => lineFor(lines, labels, () => empty(labels)) };
      histograms.set(name, histogram);
      families.set(name, {
        type: 'histogram',
        help,
        merging: 'Sum',
        read: () => [...lines.values()].flatMap((line) => samplesOf(line, bounds)),
      });
      return histogram;
    },
    gauge(name, help, read, merging = 'Sum') {
      families.set(name, { type: 'gauge', help, merging, read });
    },
    families: readAll,
    text: () => printFamilies(readAll()),
  };
}

function lineFor<T>(lines: Map<string, T>, labels: Labels, make: () => T): T {
  const key = printLabels(labels);
  const line = lines.get(key) ?? make();
  lines.set(key, line);
  return line;
}

/** Buckets are cumulative in the text: each holds all that is at most as large as its bound. */
function samplesOf({ labels, counts, sum }: LabelledHistogram, bounds: readonly number[]): readonly NamedSample[] {
  let count = 0;
  const buckets = counts.map((one, index) => {
    count += one;
    return { suffix: '_bucket', labels: { ...labels, le: String(bounds[index] ?? '+Inf') }, value: count };
  });
  return [...buckets, { suffix: '_sum', labels, value: sum }, { suffix: '_count', labels, value: count }];
}

/** In the Prometheus text format. */
export function printFamilies(families: readonly Family[]): string {
  return families.map(printFamily).join('');
}

function printFamily({ name, type, help, samples }: Family): string {
  const lines = samples.map(
    ({ suffix = '', labels = {}, value }) => `${name}${suffix}${printLabels(labels)} ${value}\n`,
  );
  return `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

export function printLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${escapeValue(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escapeValue(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
