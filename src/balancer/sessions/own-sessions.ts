import type { Logger } from '../../kube/logger.ts';
import type { Clock } from '../../kube/clock.ts';
import type { BalancerConfig } from '../config/schema.ts';
import { ownSockets } from '../sockets/own-sockets.ts';
import { socketRows, tcpTables, udpTables } from '../sockets/socket-table.ts';
import type { SocketTable } from '../sockets/socket-table.ts';
import { busiest } from './busiest.ts';
import { askGateway } from './gateway-number.ts';
import { createHostAddresses, systemLookUp } from './host-addresses.ts';
import type { LookUp } from './host-addresses.ts';
import { ignoredPeers } from './ignored-peers.ts';
import { sessionsIn } from './kernel-sessions.ts';
import type { SessionFilter } from './kernel-sessions.ts';
import type { SessionCounts } from './session-counts.ts';

/** Sessions of the gateway in this pod, as far as this sidecar alone can tell. */
export interface OwnSessionCount {
  /** null: not known. Never guessed: whoever stops a pod takes it for busy. */
  readonly sessions: number | null;
  /** Who keeps an outbound-only gateway busy, most sessions first, at most ten: `192.0.2.7:443`. For people. */
  readonly busyPeers: readonly string[];
}

/** Counts the sessions of the own gateway in the way that `sessions.source` of the settings says. */
export interface OwnSessions {
  /** Counts now; 2 s at most. Never rejects. */
  count(): Promise<OwnSessionCount>;
  /** Keeps the addresses of `sessions.ignore` up to date until the signal aborts; that is all that happens while nobody asks. */
  run(signal: AbortSignal): Promise<void>;
}

export interface OwnSessionsOptions {
  /** Undefined before the first settings were read: nothing is known then. */
  readonly settings: () => Pick<BalancerConfig, 'sessions' | 'listeners'> | undefined;
  /** What runs through this balancer. */
  readonly balancerCounts: () => SessionCounts;
  /** Kubelets, peers and the operator ask there: no sessions. */
  readonly adminPort: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly lookUp?: LookUp;
  readonly tables?: readonly SocketTable[];
}

const refreshMilliseconds = 60_000;
/** Until there are settings. */
const retryMilliseconds = 2000;
const learnMilliseconds = 1000;
const namedPeers = 10;

export function createOwnSessions(options: OwnSessionsOptions): OwnSessions {
  const { settings, balancerCounts, adminPort, clock, logger, tables = [...tcpTables, ...udpTables] } = options;
  const addresses = createHostAddresses(options.lookUp ?? systemLookUp, logger);
  let problem: string | undefined;

  async function countAs({ sessions, listeners }: Pick<BalancerConfig, 'sessions' | 'listeners'>) {
    if (sessions.source === 'Balancer') return { sessions: balancerCounts().sessions, busyPeers: [] };
    if (sessions.http !== undefined) return { sessions: await askGateway(sessions.http), busyPeers: [] };

    await withDeadline(addresses.learn(hostsOf(sessions)), learnMilliseconds, clock);
    const filter = {
      ownSockets: ownSockets(),
      ownPorts: new Set([adminPort, ...listeners.map(({ port }) => port)]),
      isIgnored: ignoredPeers(sessions.ignore, (host) => addresses.of(host)),
    };
    const read = () => busiest(sessionsInTables(tables, filter), namedPeers);
    const found = read();
    // Note: a socket that ends while the table is printed may hide another one. So nobody is believed only when said twice.
    const { total, names } = found.total === 0 ? read() : found;
    return { sessions: total, busyPeers: names };
  }

  function unknown(reason: string): OwnSessionCount {
    if (reason !== problem) logger.warn({ problem: reason }, 'Could not count the sessions of the gateway');
    problem = reason;
    return { sessions: null, busyPeers: [] };
  }

  return {
    count: async () => {
      const config = settings();
      if (config === undefined) return unknown('the settings of the balancer have not been read yet');
      try {
        const counted = await countAs(config);
        problem = undefined;
        return counted;
      } catch (error) {
        return unknown(error instanceof Error ? error.message : String(error));
      }
    },
    run: async (signal) => {
      while (!signal.aborted) {
        const config = settings();
        if (config?.sessions.source === 'Kernel') {
          await withDeadline(addresses.refresh(hostsOf(config.sessions)), refreshMilliseconds, clock, signal);
        }
        await clock.sleep(config === undefined ? retryMilliseconds : refreshMilliseconds, signal);
      }
    },
  };
}

function hostsOf({ ignore }: BalancerConfig['sessions']): string[] {
  return [...new Set(ignore.flatMap(({ host }) => (host === undefined ? [] : [host])))];
}

function* sessionsInTables(tables: readonly SocketTable[], filter: SessionFilter): Generator<string, void, undefined> {
  for (const table of tables) yield* sessionsIn(table.protocol, socketRows(table), filter);
}

/** Resolves when the work is done, after the time, or when the signal aborts; the work then goes on by itself. */
async function withDeadline(
  work: Promise<void>,
  milliseconds: number,
  clock: Clock,
  signal?: AbortSignal,
): Promise<void> {
  const done = new AbortController();
  const over = signal === undefined ? done.signal : AbortSignal.any([done.signal, signal]);
  await Promise.race([work, clock.sleep(milliseconds, over)]);
  done.abort();
}
