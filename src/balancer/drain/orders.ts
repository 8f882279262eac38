import type { Logger } from '../../kube/logger.ts';
import { type OrderedDrain, drainsKey, parseDrains } from './drains.ts';

/** The drains that the operator ordered, as they are in force. */
export interface Orders {
  /** False: it cannot be read, which changes nothing and is logged. */
  offer(text: string | undefined): boolean;
  /** What `draining` was read from. */
  text(): string | undefined;
  /** `generation` of the list that `draining` was read from; 0: none was read. */
  generation(): number;
  /** UIDs of the pods that are to drain, of this one too. */
  draining(): ReadonlySet<string>;
  /** The order for one pod. */
  of(podUid: string): OrderedDrain | undefined;
}

export function createOrders(logger: Logger): Orders {
  let current: string | undefined;
  let generation = 0;
  let byPod: ReadonlyMap<string, OrderedDrain> = new Map();

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
      ({ generation } = parsed.drains);
      byPod = new Map(parsed.drains.draining.map((drain) => [drain.podUid, drain]));
      return true;
    },
    text: () => current,
    generation: () => generation,
    draining: () => new Set(byPod.keys()),
    of: (podUid) => byPod.get(podUid),
  };
}
