import { Counter, Gauge, type Registry } from 'prom-client';
import type { ReflectorMetrics } from '../reflector/metrics.ts';

/** What the gauge is read from. */
export interface ObservableReflector {
  lastEventAgeMilliseconds(): number;
}

/** The metrics of one reflector: `metrics` goes into its options, `observe` takes the reflector itself. */
export interface ReflectorInstruments {
  readonly metrics: ReflectorMetrics;
  readonly observe: (reflector: ObservableReflector) => void;
}

/** The `reflector_*` metrics of all reflectors of a registry; call the result once per collection, such as `Deployment`. */
export function reflectorMetrics(registry: Registry): (name: string) => ReflectorInstruments {
  const reflectors = new Map<string, ObservableReflector>();
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L> =>
    new Counter({ name: `reflector_${name}`, help, labelNames, registers: [registry] });
  const relists = counter('relists_total', 'Times that a whole collection was read', ['name', 'reason']);
  const reconnects = counter('reconnects_total', 'Times that a watch was opened again', ['name', 'reason']);
  const missed = counter('missed_events_total', 'Differences between the cache and the cluster that no watch told of', [
    'name',
  ]);
  const parse = counter('parse_failures_total', 'Lines of a watch that were no watch events', ['name']);
  const handlers = counter('handler_failures_total', 'Changes at which a handler threw', ['name']);
  const age = new Gauge({
    name: 'reflector_last_event_age_seconds',
    help: 'Time since the last event or bookmark of a watch',
    labelNames: ['name'] as const,
    registers: [registry],
    collect: () => {
      for (const [name, reflector] of reflectors) age.set({ name }, reflector.lastEventAgeMilliseconds() / 1000);
    },
  });

  return (name) => {
    for (const each of [missed, parse, handlers]) each.inc({ name }, 0);
    return {
      metrics: {
        relisted: (reason) => relists.inc({ name, reason }),
        reconnected: (reason) => reconnects.inc({ name, reason }),
        missedEvents: (count) => missed.inc({ name }, count),
        parseFailed: () => parse.inc({ name }),
        handlerFailed: () => handlers.inc({ name }),
      },
      observe: (reflector) => reflectors.set(name, reflector),
    };
  };
}
