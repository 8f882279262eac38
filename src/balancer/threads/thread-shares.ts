import type { Crowd, News, Shares } from '../shares.ts';
import type { Ledger } from './ledger.ts';
import { addToCrowd, crowdOf, type ListenerMemory } from './listener-memory.ts';
import { createSharedRotation } from './shared-rotation.ts';
import { createSharedSessionBook } from './shared-sessions.ts';

export interface ThreadSharesOptions {
  readonly thread: number;
  readonly ledger: Ledger;
  readonly ownName: string | undefined;
  /** From 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
  /** Of a listener that is to be opened. */
  readonly memoryOf: (listener: string) => ListenerMemory;
  readonly tell: (listener: string, news: News) => void;
  readonly tellPlaceFreed: (thread: number) => void;
}

/** What one thread has in common with the others, over the memory that they share. */
export function threadShares(options: ThreadSharesOptions): Shares {
  const { thread, ledger, ownName, random, memoryOf, tell, tellPlaceFreed } = options;
  return {
    sessionBook: (waiting) => createSharedSessionBook(ledger, thread, ownName, waiting, tellPlaceFreed),
    publishWaiting: (length) => ledger.setWaiting(thread, length),
    listener(key) {
      const memory = memoryOf(key);
      return {
        rotation: createSharedRotation(random(), thread, memory, ledger.names),
        crowd: crowd(thread, ledger, memory),
        tell: (news) => tell(key, news),
      };
    },
  };
}

function crowd(thread: number, ledger: Ledger, memory: ListenerMemory): Crowd {
  function count(amount: 1 | -1): void {
    ledger.addConnection(thread, amount);
    addToCrowd(memory, thread, amount);
  }

  return {
    enter(atMostHere, atMost) {
      // Note: counted first and looked at then, so that two threads never both take the last place.
      count(1);
      if (crowdOf(memory) <= atMostHere && ledger.connections <= atMost) return true;
      count(-1);
      return false;
    },
    leave: () => count(-1),
  };
}
