import type { Counter, CounterLine, Labels, Metrics, Sample } from './metrics.ts';

interface Family {
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly read: () => Iterable<Sample>;
}

/** Metrics without a library: the balancer has a few families, and its memory is counted. */
export function createMetrics(): Metrics {
  const families = new Map<string, Family>();
  const counters = new Map<string, Counter>();

  return {
    counter(name, help) {
      const known = counters.get(name);
      if (known !== undefined) return known;
      const lines = new Map<string, { labels: Labels; value: number }>();
      const lineOf = (labels: Labels): CounterLine => {
        const key = printLabels(labels);
        const line = lines.get(key) ?? { labels, value: 0 };
        lines.set(key, line);
        return line;
      };
      const counter: Counter = {
        add(labels = {}, amount = 1) {
          lineOf(labels).value += amount;
        },
        line: lineOf,
      };
      counters.set(name, counter);
      families.set(name, { type: 'counter', help, read: () => lines.values() });
      return counter;
    },
    gauge(name, help, read) {
      families.set(name, { type: 'gauge', help, read });
    },
    text() {
      return [...families].map(([name, family]) => printFamily(name, family)).join('');
    },
  };
}

function printFamily(name: string, { type, help, read }: Family): string {
  const lines = [...read()].map(({ labels = {}, value }) => `${name}${printLabels(labels)} ${value}\n`);
  return `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

function printLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${escapeValue(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escapeValue(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
