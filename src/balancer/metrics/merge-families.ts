import type { Family, Merging, NamedSample } from './metrics.ts';
import { printLabels } from './text-metrics.ts';

/** The metrics of several threads as those of one. */
export function mergeFamilies(threads: readonly (readonly Family[])[]): readonly Family[] {
  const byName = Map.groupBy(threads.flat(), ({ name }) => name);
  return [...byName.values()].flatMap(mergeFamily);
}

function mergeFamily(families: readonly Family[]): readonly Family[] {
  const [first] = families;
  if (first === undefined) return [];
  const lines = Map.groupBy(
    families.flatMap(({ samples }) => samples),
    lineOf,
  );
  return [{ ...first, samples: [...lines.values()].flatMap((samples) => mergeSamples(samples, first.merging)) }];
}

function mergeSamples(samples: readonly NamedSample[], merging: Merging): readonly NamedSample[] {
  const [first] = samples;
  return first === undefined ? [] : [{ ...first, value: mergers[merging](samples.map(({ value }) => value)) }];
}

const mergers: Readonly<Record<Merging, (values: readonly number[]) => number>> = {
  Sum: (values) => values.reduce((sum, value) => sum + value, 0),
  Most: (values) => Math.max(...values),
  Least: (values) => Math.min(...values),
};

function lineOf({ suffix = '', labels = {} }: NamedSample): string {
  return suffix + printLabels(labels);
}
