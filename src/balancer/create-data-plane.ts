import { AccessLog } from './access-log/access-log.ts';
import { WaitingLines } from './admission/waiting-lines.ts';
import type { Backend } from './backend.ts';
import type { BalancerConfig, Listener } from './config/schema.ts';
import { type DataPlaneOptions, ListenError, type ThreadDataPlane } from './data-plane.ts';
import { checkHttp } from './health/http-check.ts';
import { type ProberOptions, runProber } from './health/prober.ts';
import { listenerKey } from './listener-key.ts';
import { createListenerSecurity } from './listener-security.ts';
import { createListenerRuntime, type ListenerRuntime, type SharedState } from './listener-runtime.ts';
import { registerGauges } from './metrics/gauges.ts';
import { createSessionBook } from './sessions/session-book.ts';

/** How often time-outs are looked at: they are kept to within this. */
const tickMilliseconds = 500;

/** How often `close` looks whether the last session has ended. */
const drainPollMilliseconds = 50;

/** What clients get to read their last words in, when `close` is told to cut. */
const lastWordsMilliseconds = 1000;

/** Makes a data plane without listeners and backends; `setConfig` and `setBackends` give it some. */
export function createDataPlane(options: DataPlaneOptions): ThreadDataPlane {
  const { clock, random, metrics, ownName, shares } = options;
  const lines = new WaitingLines(shares?.publishWaiting);
  const wallClock = (): number => clock.now().getTime();
  const accessLog = new AccessLog(options.tryWrite ?? writeNothing, metrics, random, wallClock);
  const sessions = shares?.sessionBook(lines) ?? createSessionBook(ownName, lines);
  const running = new AbortController();
  /** By address and port: what makes a listener another one. */
  const open = new Map<string, ListenerRuntime>();
  /** Closed listeners whose sessions are not over. */
  const ending = new Set<ListenerRuntime>();
  let config: BalancerConfig | undefined;
  let backends: readonly Backend[] = [];
  let draining = false;
  let closing = false;

  const isClosing = (): boolean => closing;
  const all = (): readonly ListenerRuntime[] => [...open.values(), ...ending];
  const connections = (): number => all().reduce((sum, listener) => sum + listener.frontend.connections, 0);
  const inForce = (): BalancerConfig => {
    if (config === undefined) throw new Error('There is no listener before there is a configuration');
    return config;
  };
  const security = createListenerSecurity(options, running.signal);
  const shared: SharedState = { options, sessions, lines, accessLog, config: inForce, connections };

  async function tickForever(): Promise<void> {
    while (!running.signal.aborted) {
      await clock.sleep(tickMilliseconds, running.signal);
      const now = clock.monotonicMilliseconds();
      for (const listener of all()) tick(listener, now);
      accessLog.flush();
      for (const listener of ending) if (listener.frontend.connections === 0) ending.delete(listener);
    }
  }

  /** Note: a mistake in the time-outs of one listener must not end those of all others for good. */
  function tick(listener: ListenerRuntime, now: number): void {
    try {
      listener.tick(now);
    } catch (error) {
      options.logger.error({ err: error }, 'Met an unexpected error in the time-outs of a listener and went on');
    }
  }

  function retire(key: string, listener: ListenerRuntime): void {
    listener.stopAccepting();
    listener.frontend.finish();
    open.delete(key);
    ending.add(listener);
  }

  /**
   * Opens a listener, or changes the one that is open.
   * @throws {ListenError} the one that is open then stays as it is
   */
  async function bring(key: string, listener: Listener): Promise<void> {
    const secured = await security.of(listener);
    const known = open.get(key);
    if (known !== undefined) {
      known.setListener(listener, backends, secured);
      return;
    }
    const runtime = createListenerRuntime(listener, secured, shared, shares?.listener(key));
    runtime.setBackends(backends);
    runtime.frontend.setDraining(draining);
    await runtime.startAccepting();
    open.set(key, runtime);
    if (isClosing()) retire(key, runtime);
  }

  async function cutWithLastWords(): Promise<void> {
    for (const { frontend } of all()) frontend.cut();
    const end = clock.monotonicMilliseconds() + lastWordsMilliseconds;
    while (connections() > 0 && clock.monotonicMilliseconds() < end) {
      await clock.sleep(drainPollMilliseconds, running.signal);
    }
  }

  registerGauges(metrics, { sessions, listeners: () => [...open.values()], connections });
  const checked = (): readonly ListenerRuntime[] => [...open.values()].filter(({ protocol }) => protocol === 'HTTP');
  const prober: ProberOptions = {
    clock,
    random,
    settings: () => config?.healthCheck,
    listeners: () => checked().map(({ dispatcher }) => dispatcher),
    check: checkHttp,
  };
  const probing = shares === undefined ? runProber(prober, running.signal) : Promise.resolve();
  const background = Promise.all([tickForever(), probing]);

  return {
    setBackends(next) {
      backends = next;
      for (const listener of all()) listener.setBackends(backends);
    },
    async setConfig(next) {
      if (closing) return;
      config = next;
      accessLog.samplePercent = next.accessLog.samplePercent;
      const wanted = new Map(next.listeners.map((listener) => [listenerKey(listener), listener]));
      for (const [key, listener] of open) if (!wanted.has(key)) retire(key, listener);
      const failures: ListenError[] = [];
      for (const [key, listener] of wanted) {
        try {
          await bring(key, listener);
        } catch (error) {
          failures.push(error instanceof ListenError ? error : new ListenError(String(error), 'Unknown', error));
        }
      }
      // Note: not what is wanted. A listener whose new files are missing goes on with the old ones, and with their renewals.
      security.keep([...open.values()].map((runtime) => runtime.settings()));
      const [first] = failures;
      if (first !== undefined) throw first;
    },
    hear: (key, news) => open.get(key)?.dispatcher.hear(news),
    placeFreed: () => lines.placeFreed(),
    sessions: () => sessions.counts(),
    setDraining(next) {
      draining = next;
      for (const { frontend } of all()) frontend.setDraining(draining);
    },
    waitingClients: () => all().reduce((sum, { frontend }) => sum + frontend.waiting, 0),
    cut() {
      const counts = sessions.counts();
      for (const { frontend } of all()) frontend.cut();
      return counts;
    },
    scrape: () => metrics.text(),
    async close(signal) {
      closing = true;
      for (const [key, listener] of open) retire(key, listener);
      const cut = signal ?? new AbortController().signal;
      const isOver = (): boolean => cut.aborted || connections() === 0;
      const isPatient = !cut.aborted;
      while (!isOver()) await clock.sleep(drainPollMilliseconds, cut);
      if (isPatient && connections() > 0) await cutWithLastWords();
      for (const listener of ending) listener.frontend.destroy();
      running.abort();
      await background;
      accessLog.flush();
      await security.ended;
    },
  };
}

const writeNothing = (text: string): number => text.length;
