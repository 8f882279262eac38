/** One line of the Prometheus text format. */
export interface ExposedSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const metricName = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const label = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\[\\\\"n])*"';
const sampleLine = new RegExp(`^(${metricName})(?:\\{(${label}(?:,${label})*)\\})? (\\S+)$`);

/**
 * Reads metrics as strictly as the format is written down, and checks what Prometheus expects of each family: a HELP and a TYPE line in
 * front of its samples, no line twice, and of a histogram cumulative buckets, the last one `+Inf` and equal to its count.
 * https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 * @throws {Error} with the line that breaks a rule
 */
export function readExposition(text: string): readonly ExposedSample[] {
  const samples: ExposedSample[] = [];
  const families = new Set<string>();
  const seen = new Set<string>();
  let family = '';
  let type = '';
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  for (const line of text.split('\n').slice(0, -1)) {
    const [, helped] = new RegExp(`^# HELP (${metricName}) .+$`).exec(line) ?? [];
    const [, typed, kind] = new RegExp(`^# TYPE (${metricName}) (counter|gauge|histogram)$`).exec(line) ?? [];
    if (helped !== undefined) {
      if (families.has(helped)) throw new Error(`a second family: ${line}`);
      families.add(helped);
      family = helped;
    } else if (typed !== undefined) {
      if (typed !== family) throw new Error(`TYPE without its HELP: ${line}`);
      type = kind ?? '';
    } else {
      const sample = readSample(line);
      const suffix = type === 'histogram' ? '(_bucket|_sum|_count)' : '';
      if (!new RegExp(`^${family}${suffix}$`).test(sample.name))
        throw new Error(`not of its family ${family}: ${line}`);
      if (type === 'counter' && !sample.name.endsWith('_total')) throw new Error(`a counter without _total: ${line}`);
      if (type !== 'gauge' && !(sample.value >= 0)) throw new Error(`a negative count: ${line}`);
      const key = line.slice(0, line.lastIndexOf(' '));
      if (seen.has(key)) throw new Error(`twice: ${line}`);
      seen.add(key);
      samples.push(sample);
    }
  }
  checkHistograms(samples);
  return samples;
}

function readSample(line: string): ExposedSample {
  const [, name, pairs = '', value = ''] = sampleLine.exec(line) ?? [];
  if (name === undefined || !Number.isFinite(Number(value))) throw new Error(`not a sample: ${line}`);
  const labels = [...pairs.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g)].map(([, key = '', quoted = '']) => {
    return [key, quoted.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped))];
  });
  return { name, labels: Object.fromEntries(labels), value: Number(value) };
}

function checkHistograms(samples: readonly ExposedSample[]): void {
  const series = Map.groupBy(
    samples.filter(({ name }) => name.endsWith('_bucket')),
    ({ name, labels }) => `${name.replace(/_bucket$/, '')} ${JSON.stringify({ ...labels, le: undefined })}`,
  );
  for (const [key, buckets] of series) {
    const bounds = buckets.map(({ labels }) =>
      labels['le'] === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels['le']),
    );
    if (bounds.some((bound, index) => !(bound > (bounds[index - 1] ?? Number.NEGATIVE_INFINITY)))) {
      throw new Error(`buckets out of order: ${key}`);
    }
    if (bounds.at(-1) !== Number.POSITIVE_INFINITY) throw new Error(`no +Inf bucket: ${key}`);
    if (buckets.some(({ value }, index) => value < (buckets[index - 1]?.value ?? 0))) {
      throw new Error(`buckets that are not cumulative: ${key}`);
    }
    const count = samples.find(
      ({ name, labels }) => `${name} ${JSON.stringify(labels)}` === key.replace(' ', '_count '),
    );
    if (count?.value !== buckets.at(-1)?.value) throw new Error(`a count that is not its +Inf bucket: ${key}`);
  }
}
