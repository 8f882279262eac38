import type { AccessLog } from './access-log/access-log.ts';
import type { WaitingLine } from './admission/waiting-line.ts';
import type { WaitingLines } from './admission/waiting-lines.ts';
import type { Backend } from './backend.ts';
import type { BalancerConfig, Listener } from './config/schema.ts';
import { type DataPlaneOptions, ListenError } from './data-plane.ts';
import { Dispatcher, type DispatcherSettings } from './dispatcher.ts';
import { createEntrance } from './entrance/entrance.ts';
import type { CreateFrontend, Frontend, FrontendContext } from './frontend.ts';
import { createHttpFrontend } from './http/engine.ts';
import { createCounters } from './metrics/counters.ts';
import type { SessionBook } from './sessions/session-book.ts';
import type { ListenerShares } from './shares.ts';
import { systemErrorCode } from './system-error.ts';
import { createTcpFrontend } from './tcp/tcp-frontend.ts';
import { type Accepted, resetAccepted, takeConnections } from './transport/accepted.ts';
import { readsAndWritesDirectly } from './transport/direct-stream.ts';
import { type Listening, listen } from './transport/listen.ts';
import type { Security } from './transport/security.ts';

/** What all listeners of a data plane share. */
export interface SharedState {
  readonly options: DataPlaneOptions;
  readonly sessions: SessionBook;
  readonly lines: WaitingLines;
  readonly accessLog: AccessLog;
  readonly config: () => BalancerConfig;
  /** Client connections over all listeners. */
  readonly connections: () => number;
}

/** One open address: who is served there, and where the work goes. */
export interface ListenerRuntime {
  readonly protocol: Listener['protocol'];
  readonly name: () => string;
  /** The settings that are in force. */
  readonly settings: () => Listener;
  readonly dispatcher: Dispatcher;
  readonly frontend: Frontend;
  readonly line: WaitingLine;
  /** Connections are accepted, read and written at their full cost: Node does not offer what is needed for less. */
  readonly fallback: () => boolean;
  /** @throws {ListenError} */
  startAccepting(): Promise<void>;
  stopAccepting(): void;
  setBackends(backends: readonly Backend[]): void;
  /** Called about twice a second: ends what waited too long. */
  tick(nowMilliseconds: number): void;
  /** New settings for the same protocol, address and port. */
  setListener(listener: Listener, backends: readonly Backend[], security: Security): void;
}

const frontends: Readonly<Record<Listener['protocol'], CreateFrontend>> = {
  HTTP: createHttpFrontend,
  TCP: createTcpFrontend,
};

export function createListenerRuntime(
  first: Listener,
  firstSecurity: Security,
  shared: SharedState,
  shares?: ListenerShares,
): ListenerRuntime {
  const { options, sessions, lines, accessLog, config } = shared;
  const { clock, random, logger, ownName, metrics } = options;
  let listener = first;
  let security = firstSecurity;
  let listening: Listening | undefined;

  const settings = (): DispatcherSettings => ({
    listener,
    slowStartSeconds: config().slowStartSeconds,
    healthCheck: config().healthCheck,
    maxSessions: config().limits.maxSessionsPerInstance,
    dial: security.dial,
  });
  const line = lines.open();
  const counters = createCounters(metrics, () => listener.name);
  const dispatcher = new Dispatcher({
    settings: settings(),
    ownName,
    clock,
    random,
    logger,
    counters,
    sessionsOn: (backend) => sessions.on(backend),
    tryReserve: sessions.tryReserve,
    rotation: shares?.rotation,
    tell: shares?.tell,
    onDown: (target) => frontend.moveFrom(target),
    onNoNewWork: (target) => frontend.closeIdle(target),
  });
  const context: FrontendContext = {
    listener: () => listener,
    limits: () => config().limits,
    retries: () => config().retries,
    proxyProtocol: () => config().proxyProtocol,
    forwardedHeader: () => config().forwardedHeader,
    dispatcher,
    line,
    sessions,
    counters,
    accessLog,
    left: () => shares?.crowd.leave(),
    now: () => clock.monotonicMilliseconds(),
  };
  const frontend: Frontend = createEntrance(frontends[first.protocol](context), {
    ...context,
    security: () => security,
  });

  function hasRoom(atMostHere: number, atMost: number): boolean {
    if (shares !== undefined) return shares.crowd.enter(atMostHere, atMost);
    return frontend.connections < atMostHere && shared.connections() < atMost;
  }

  function onConnection(accepted: Accepted): void {
    if (hasRoom(listener.maxConnections ?? Number.POSITIVE_INFINITY, config().limits.maxConnections)) {
      frontend.accept(accepted);
      return;
    }
    counters.rejected('MaxConnections');
    resetAccepted(accepted);
  }

  return {
    protocol: first.protocol,
    name: () => listener.name,
    settings: () => listener,
    dispatcher,
    frontend,
    line,
    fallback: () => listening !== undefined && !(listening.bare && readsAndWritesDirectly),
    async startAccepting() {
      const { address, port } = listener;
      try {
        listening = await listen(address, port, onConnection, takeConnections, shares !== undefined);
      } catch (error) {
        throw couldNotListen(listener, error);
      }
    },
    stopAccepting: () => listening?.close(),
    setBackends(backends) {
      dispatcher.setBackends(backends);
      lines.placeFreed();
    },
    tick(nowMilliseconds) {
      frontend.tick(nowMilliseconds);
      line.expire(config().limits.queueMilliseconds, nowMilliseconds);
      // By time alone, a backend may have come back.
      lines.placeFreed();
    },
    setListener(next, backends, nextSecurity) {
      listener = next;
      security = nextSecurity;
      counters.renamed();
      dispatcher.setSettings(settings());
      dispatcher.setBackends(backends);
      lines.placeFreed();
    },
  };
}

/** @param error of the system */
export function couldNotListen({ name, address, port }: Listener, error: unknown): ListenError {
  const code = systemErrorCode(error) ?? 'Unknown';
  const where = `${address ?? 'all addresses'} port ${port}`;
  return new ListenError(`Listener ${name} could not listen on ${where}: ${code}`, code, error);
}
