import type { Backend } from '../backend.ts';
import type { BalancerConfig } from '../config/schema.ts';
import { createDataPlane } from '../create-data-plane.ts';
import type { DataPlane, DataPlaneOptions } from '../data-plane.ts';
import { sharesPorts } from './shares-ports.ts';

/**
 * A data plane on as many threads as the first configuration says; a later number counts from the next start of the program.
 * @param program the script of this process, which its threads run too; absent = there is one thread, whatever is said
 * @param decided the number of threads, whatever the configuration says
 */
export function createDataPlaneByConfig(options: DataPlaneOptions, program?: string, decided?: number): DataPlane {
  let plane: DataPlane | undefined;
  let threads = 1;
  let said = 1;
  let backends: readonly Backend[] = [];
  let draining = false;
  let closed = false;

  /** Note: the code for threads is loaded only by those that have some. */
  async function make(wanted: number): Promise<DataPlane> {
    if (wanted === 1 || program === undefined) return createDataPlane(options);
    if (!sharesPorts(process.versions.node)) {
      throw new Error(
        `threads: ${wanted} needs Node.js 22.12 or newer, and this is ${process.versions.node}: use it, or set threads to 1`,
      );
    }
    const { createThreadedDataPlane } = await import('./threaded-data-plane.ts');
    const { workerThreads } = await import('./start-thread.ts');
    threads = wanted;
    return createThreadedDataPlane({ ...options, threads, start: workerThreads(program) });
  }

  async function first(wanted: number): Promise<DataPlane> {
    const made = await make(wanted);
    said = wanted;
    made.setBackends(backends);
    made.setDraining(draining);
    return made;
  }

  function sayIfOther({ threads: wanted }: BalancerConfig): void {
    if (wanted === said || decided !== undefined) return;
    said = wanted;
    if (wanted === threads) return;
    options.logger.warn({ threads: wanted, running: threads }, 'Another number of threads counts from the next start');
  }

  return {
    setBackends(next) {
      backends = next;
      plane?.setBackends(next);
    },
    async setConfig(config) {
      if (closed) return;
      if (plane === undefined) plane = await first(decided ?? config.threads);
      else sayIfOther(config);
      await plane.setConfig(config);
      if (closed) await plane.close(AbortSignal.abort());
    },
    sessions: () => plane?.sessions() ?? { sessions: 0, transit: 0, backends: {} },
    setDraining(next) {
      draining = next;
      plane?.setDraining(next);
    },
    waitingClients: () => plane?.waitingClients() ?? 0,
    cut: () => plane?.cut() ?? { sessions: 0, transit: 0, backends: {} },
    scrape: () => plane?.scrape() ?? options.metrics.text(),
    async close(signal) {
      closed = true;
      await plane?.close(signal);
    },
  };
}
