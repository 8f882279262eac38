import type { Logger } from 'pino';
import { type Drains, drainsKey, parseDrains } from './drains.ts';

/** The drains that the operator ordered, as they are in force. */
export interface Orders {
  /** False: it cannot be read, which changes nothing and is logged. */
  offer(text: string | undefined): boolean;
  /** What `draining` was read from. */
  text(): string | undefined;
  /** UIDs of the pods that are to drain, of this one too. */
  draining(): ReadonlySet<string>;
  /** The order for one pod. */
  of(podUid: string): Drains['draining'][number] | undefined;
}

export function createOrders(logger: Logger): Orders {
  let current: string | undefined;
  let byPod: ReadonlyMap<string, Drains['draining'][number]> = new Map();

  return {
    offer: (text) => {
      if (text === current) return true;
      const parsed = parseDrains(text);
      if (!parsed.ok) {
        logger.error(
          { key: drainsKey, problem: parsed.problem },
          'Refused the list of drains; the last one stays in force',
        );
        return false;
      }
      current = text;
      byPod = new Map(parsed.drains.draining.map((drain) => [drain.podUid, drain]));
      return true;
    },
    text: () => current,
    draining: () => new Set(byPod.keys()),
    of: (podUid) => byPod.get(podUid),
  };
}
