import type { Target } from './backend.ts';
import type { Rotation } from './rotation/rotation.ts';
import type { SessionBook, Waiting } from './sessions/session-book.ts';

/** What the data plane of one thread has in common with those of others. A data plane that is alone in its process has none of it. */
export interface Shares {
  /** Counts with the others. `waiting`: who waits for room here. */
  readonly sessionBook: (waiting: Waiting) => SessionBook;
  /** Takes how much waits for room here, at each change. */
  readonly publishWaiting: (length: number) => void;
  /** @param key as `listenerKey` makes it */
  readonly listener: (key: string) => ListenerShares;
}

/** Of one listener. */
export interface ListenerShares {
  readonly rotation: Rotation;
  readonly crowd: Crowd;
  /** Tells the others what was learned from traffic. */
  readonly tell: (news: News) => void;
}

/** Client connections of all threads. */
export interface Crowd {
  /** Counts one in, unless there are so many already: of this listener, of all listeners. */
  enter(atMostHere: number, atMost: number): boolean;
  /** To be called once for each that came in. */
  leave(): void;
}

/** Failed and Recovered: as traffic shows it. Down and Up: as checks find it. */
export interface News {
  readonly what: 'Failed' | 'Recovered' | 'Down' | 'Up';
  readonly about: Place;
}

/** Tells targets apart in all threads; their keys are of one thread. */
export type Place = Pick<Target, 'name' | 'address' | 'port'>;
