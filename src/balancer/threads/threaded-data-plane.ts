import type { Backend } from '../backend.ts';
import type { BalancerConfig, Listener } from '../config/schema.ts';
import { type DataPlane, type DataPlaneOptions, ListenError } from '../data-plane.ts';
import { listenerKey } from '../listener-key.ts';
import { createListenerSecurity } from '../listener-security.ts';
import { couldNotListen } from '../listener-runtime.ts';
import { countsOf } from '../sessions/session-book.ts';
import { listen } from '../transport/listen.ts';
import { createCrew } from './crew.ts';
import { Ledger } from './ledger.ts';
import { listenerMemory, type ListenerMemory, wipeThread } from './listener-memory.ts';
import { NameTable } from './name-table.ts';
import type { Answer, Question, ThreadData } from './protocol.ts';
import type { StartThread } from './start-thread.ts';
import { type Dialled, runThreadChecks } from './thread-checks.ts';
import { createThreadMetrics } from './thread-metrics.ts';

export interface ThreadedOptions extends Omit<DataPlaneOptions, 'tryWrite' | 'shares'> {
  /** From 2 to 16. */
  readonly threads: number;
  readonly start: StartThread;
}

/**
 * A data plane on several threads of this process. Here is its control: it checks backends, and tells each thread what it is told; the
 * threads carry the bytes. They listen each on a socket of its own for the same address, over which the kernel spreads connections, and
 * share one rotation, the sessions and the connections by memory.
 */
export function createThreadedDataPlane(options: ThreadedOptions): DataPlane {
  const { threads, start, clock, random, logger, metrics, ownName } = options;
  const running = new AbortController();
  const names = new NameTable();
  const ledger = new Ledger(names, threads);
  const born = (thread: number): ThreadData => ({
    thread,
    threads,
    ownName,
    names: names.memory,
    ledger: ledger.memory,
  });
  /** By their keys. */
  const open = new Map<string, ListenerMemory>();
  let dialled: ReadonlyMap<string, Dialled> = new Map();
  let backends: readonly Backend[] = [];
  let configure: Question | undefined;
  let draining = false;
  let closing = false;

  const crew = createCrew({
    start,
    data: Array.from({ length: threads }, (_, thread) => born(thread)),
    clock,
    logger,
    onMessage(thread, message) {
      if (message.kind === 'PlaceFreed') crew.tellOne(message.thread, { kind: 'PlaceFreed' });
      else crew.tell({ kind: 'Hear', listener: message.listener, news: message.news }, thread);
    },
    onLost(thread) {
      ledger.wipe(thread);
      for (const memory of open.values()) wipeThread(memory, thread);
      scraping.lost(thread);
    },
    onReplaced: (thread) => void instruct(thread),
  });
  const scraping = createThreadMetrics(metrics, crew);
  const security = createListenerSecurity(options, running.signal);
  const checks = runThreadChecks(
    { clock, random, logger, tell: (listener, news) => crew.tell({ kind: 'Hear', listener, news }) },
    running.signal,
  );

  /** Tells a thread that knows nothing all that there is to know. */
  async function instruct(thread: number): Promise<void> {
    crew.tellOne(thread, { kind: 'Backends', backends });
    crew.tellOne(thread, { kind: 'Draining', draining });
    if (configure === undefined) return;
    const answering = crew.askOne(thread, configure);
    for (const [listener, news] of checks.down()) crew.tellOne(thread, { kind: 'Hear', listener, news });
    const problem = problemIn(await answering);
    if (problem !== undefined)
      logger.error({ thread, problem: problem.message }, 'A new thread could not take over all');
  }

  /**
   * Finds out whether threads can open a listener.
   * @param ours ports that threads may still have open; they close them first
   * @throws {ListenError}
   */
  async function prepare(key: string, listener: Listener, ours: ReadonlySet<number>): Promise<Dialled> {
    const { dial } = await security.of(listener);
    if (!open.has(key)) {
      if (!ours.has(listener.port)) await tryAddress(listener);
      open.set(key, listenerMemory());
    }
    return { listener, dial };
  }

  async function prepareAll(listeners: readonly Listener[]): Promise<readonly ListenError[]> {
    const failures: ListenError[] = [];
    const next = new Map<string, Dialled>();
    const wanted = new Map(listeners.map((listener) => [listenerKey(listener), listener]));
    const ours = new Set([...dialled.values()].map(({ listener: { port } }) => port));
    for (const key of open.keys()) if (!wanted.has(key)) open.delete(key);
    for (const [key, listener] of wanted) {
      try {
        next.set(key, await prepare(key, listener, ours));
      } catch (error) {
        failures.push(error instanceof ListenError ? error : new ListenError(String(error), 'Unknown', error));
        // One that is open stays as it is.
        const before = dialled.get(key);
        if (before !== undefined) next.set(key, before);
      }
    }
    dialled = next;
    return failures;
  }

  function questionOf(config: BalancerConfig): Question {
    const listeners = config.listeners.filter((listener) => open.has(listenerKey(listener)));
    const memories = new Map([...open].map(([key, { memory }]) => [key, memory]));
    return { kind: 'Configure', config: { ...config, listeners }, memories };
  }

  const cutOff = (): void => crew.tell({ kind: 'CutOff' });
  const counts = () => countsOf(ledger.sessions(), ownName);

  return {
    setBackends(next) {
      backends = next;
      names.give(
        backends.map(({ name }) => name),
        (number) => ledger.sessionsOn(number) === 0,
      );
      checks.setBackends(backends);
      crew.tell({ kind: 'Backends', backends });
    },
    async setConfig(config) {
      if (closing) return;
      const failures = [...(await prepareAll(config.listeners))];
      checks.setListeners(config, dialled);
      configure = questionOf(config);
      const answers = await crew.ask(configure);
      for (const answer of answers) failures.push(...[problemIn(answer)].filter((one) => one !== undefined));
      security.keep([...dialled.values()].map(({ listener }) => listener));
      const [first] = failures;
      if (first !== undefined) throw first;
      if (answers.every((answer) => answer === undefined)) {
        throw new ListenError('No thread took over the configuration: see what the log says of them', 'NoThread');
      }
    },
    sessions: counts,
    setDraining(next) {
      draining = next;
      crew.tell({ kind: 'Draining', draining });
    },
    // Each session has one client connection: the others may bring one.
    waitingClients: () =>
      Math.max(0, ledger.connections - ledger.sessions().reduce((sum, [, count]) => sum + count, 0)),
    cut() {
      const before = counts();
      crew.tell({ kind: 'Cut' });
      return before;
    },
    scrape: () => scraping.scrape(),
    async close(signal) {
      closing = true;
      crew.dismiss();
      signal?.addEventListener('abort', cutOff);
      await crew.ask({ kind: 'Close', isCutOff: signal?.aborted === true });
      signal?.removeEventListener('abort', cutOff);
      await crew.end();
      running.abort();
      await checks.ended;
      await security.ended;
    },
  };
}

/**
 * Opens the address for a moment, for this process alone: sockets that threads open together would also go beside those of another
 * balancer which runs here by mistake.
 * @throws {ListenError}
 */
async function tryAddress(listener: Listener): Promise<void> {
  try {
    const listening = await listen(listener.address, listener.port, () => {});
    listening.close();
  } catch (error) {
    throw couldNotListen(listener, error);
  }
}

function problemIn(answer: Answer | undefined): ListenError | undefined {
  if (answer?.kind !== 'Configured' || answer.problem === undefined) return undefined;
  return new ListenError(answer.problem.message, answer.problem.code);
}
