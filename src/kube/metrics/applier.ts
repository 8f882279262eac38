import { Counter, type Registry } from 'prom-client';
import type { ApplierMetrics } from '../apply/metrics.ts';

/** The `ssa_cache_*` metrics: in a steady state only hits go up. */
export function applierMetrics(registry: Registry): ApplierMetrics {
  const counter = (name: string, help: string): Counter<'kind'> =>
    new Counter({ name, help, labelNames: ['kind'], registers: [registry] });
  const hits = counter('ssa_cache_hits_total', 'Objects that were found as wanted, without a request');
  const misses = counter('ssa_cache_misses_total', 'Objects that had to be created or applied');
  return { hit: (kind) => hits.inc({ kind }), miss: (kind) => misses.inc({ kind }) };
}
