import { mergeFamilies } from '../metrics/merge-families.ts';
import type { Family, Metrics } from '../metrics/metrics.ts';
import { printFamilies } from '../metrics/text-metrics.ts';
import type { Crew } from './crew.ts';

/** A thread that does not answer for so long does not hold a scraper up. */
const patienceMilliseconds = 1000;

/** The metrics of all threads as those of one program. */
export interface ThreadMetrics {
  /** In the Prometheus text format. */
  scrape(): Promise<string>;
  /** The thread died: what it counted goes on counting. */
  lost(thread: number): void;
}

/** @param metrics those of the control plane */
export function createThreadMetrics(metrics: Metrics, crew: Crew): ThreadMetrics {
  /** What threads that are gone had counted, as far as anybody asked. */
  let past: readonly Family[] = [];
  const latest = new Map<number, readonly Family[]>();
  let silent = 0;
  const replaced = metrics.counter(
    'gatewaypool_balancer_thread_restarts_total',
    'Threads that ended by an unexpected error and were replaced.',
  );
  metrics.gauge('gatewaypool_balancer_threads', 'Threads that carry connections.', () => [{ value: crew.running }]);
  metrics.gauge(
    'gatewaypool_balancer_threads_silent',
    'Threads that did not answer this scrape within a second.',
    () => [{ value: silent }],
  );

  return {
    async scrape() {
      const answers = await crew.ask({ kind: 'Scrape' }, patienceMilliseconds);
      silent = answers.filter((answer) => answer === undefined).length;
      const families = answers.map((answer, thread) => {
        // Note: without its counts, a sum would go down, which a scraper takes for a new start from zero.
        if (answer?.kind !== 'Scraped') return countsIn(latest.get(thread));
        latest.set(thread, answer.families);
        return answer.families;
      });
      return printFamilies(mergeFamilies([metrics.families(), past, ...families]));
    },
    lost(thread) {
      replaced.add();
      past = mergeFamilies([past, countsIn(latest.get(thread))]);
      latest.delete(thread);
    },
  };
}

function countsIn(families: readonly Family[] = []): readonly Family[] {
  return families.filter(({ type }) => type !== 'gauge');
}
