import type { Clock } from '../../kube/clock.ts';

export interface EntryFacts {
  /** kube-proxy sends nobody here any more. */
  readonly proxiesHaveNoticed: () => boolean;
  /** HTTP clients that are connected and ask nothing now. */
  readonly waitingClients: () => number;
  /** For how long they were told to go. */
  readonly toldMilliseconds: () => number;
  readonly clock: Clock;
}

/** What a client that is between two requests gets to hear from its next response that it should go. */
const waitingMilliseconds = 5000;
const lookMilliseconds = 100;

/**
 * Keeps the listeners of an ending pod open as long as new clients may still be sent here, or a known one may be about to ask for
 * something: to close on them would lose a request. The gateway of this pod is stopped meanwhile; what comes in goes to others.
 */
export async function untilForgotten(facts: EntryFacts, cut: AbortSignal): Promise<void> {
  const { proxiesHaveNoticed, waitingClients, toldMilliseconds, clock } = facts;
  const isForgotten = (): boolean =>
    proxiesHaveNoticed() && (waitingClients() === 0 || toldMilliseconds() >= waitingMilliseconds);
  while (!cut.aborted && !isForgotten()) await clock.sleep(lookMilliseconds, cut);
}
