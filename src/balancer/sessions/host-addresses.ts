import { lookup } from 'node:dns/promises';
import type { Logger } from '../../kube/logger.ts';

/** Every address of a name. @throws the system's error when there is none. */
export type LookUp = (host: string) => Promise<readonly string[]>;

/** As the gateway beside us does it: /etc/hosts and the search domains of the pod included. */
export const systemLookUp: LookUp = async (host) => {
  const found = await lookup(host, { all: true });
  return found.map(({ address }) => address);
};

/**
 * What names stand for. Old addresses are kept as long as this process lives: a gateway holds its connection to the address that the
 * name had when it connected, for weeks.
 */
export interface HostAddresses {
  of(host: string): Iterable<string>;
  /** Looks up those that never were; waits for no refresh of the others. */
  learn(hosts: readonly string[]): Promise<void>;
  /** Looks up all. Neither rejects: a name without an answer keeps what it had, and is logged once. */
  refresh(hosts: readonly string[]): Promise<void>;
}

/** A name whose every answer is new would fill the memory. */
const addressesPerHost = 256;

export function createHostAddresses(lookUp: LookUp, logger: Logger): HostAddresses {
  const known = new Map<string, Set<string>>();
  const failing = new Set<string>();
  /** The first look-up of each. */
  const learned = new Map<string, Promise<void>>();
  // One at a time: a lookup without an answer holds one of the few threads of this process for many seconds.
  let queue = Promise.resolve();

  function ask(host: string): Promise<void> {
    queue = queue.then(() =>
      lookUp(host).then(
        (found) => remember(host, found),
        (error: unknown) => complain(host, error),
      ),
    );
    if (!learned.has(host)) learned.set(host, queue);
    return queue;
  }

  function remember(host: string, found: readonly string[]): void {
    failing.delete(host);
    const addresses = new Set([...(known.get(host) ?? [])].filter((address) => !found.includes(address)));
    known.set(host, new Set([...addresses, ...found].slice(-addressesPerHost)));
  }

  function complain(host: string, error: unknown): void {
    if (!failing.has(host))
      logger.warn(
        { host, err: error, known: known.get(host)?.size ?? 0 },
        'Could not look up a host of sessions.ignore; connections to addresses that are not known yet count as sessions',
      );
    failing.add(host);
  }

  return {
    of: (host) => known.get(host) ?? [],
    learn: async (hosts) => {
      await Promise.all(hosts.map((host) => learned.get(host) ?? ask(host)));
    },
    refresh: async (hosts) => {
      await Promise.all(hosts.map(ask));
    },
  };
}
