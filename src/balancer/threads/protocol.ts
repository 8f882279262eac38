import type { Backend } from '../backend.ts';
import type { BalancerConfig } from '../config/schema.ts';
import type { Family } from '../metrics/metrics.ts';
import type { News } from '../shares.ts';

/** What a thread is born with. Plain data, but for the memory, which is shared. */
export interface ThreadData {
  /** From 0. */
  readonly thread: number;
  readonly threads: number;
  readonly ownName: string | undefined;
  readonly names: SharedArrayBuffer;
  readonly ledger: SharedArrayBuffer;
}

/** What the control plane tells a thread. What is asked is answered with the same `id`. */
export type ToThread =
  | { readonly kind: 'Backends'; readonly backends: readonly Backend[] }
  | { readonly kind: 'Draining'; readonly draining: boolean }
  | { readonly kind: 'Hear'; readonly listener: string; readonly news: News }
  | { readonly kind: 'PlaceFreed' }
  | { readonly kind: 'Cut' }
  /** Ends a `Close` that is under way. */
  | { readonly kind: 'CutOff' }
  | { readonly kind: 'Ask'; readonly id: number; readonly question: Question };

export type Question =
  | {
      readonly kind: 'Configure';
      readonly config: BalancerConfig;
      /** Of all its listeners, by their keys. */
      readonly memories: ReadonlyMap<string, SharedArrayBuffer>;
    }
  | { readonly kind: 'Scrape' }
  | { readonly kind: 'Close'; readonly isCutOff: boolean };

/** What a thread tells the control plane. */
export type FromThread =
  /** For all other threads. */
  | { readonly kind: 'Tell'; readonly listener: string; readonly news: News }
  /** For one other thread. */
  | { readonly kind: 'PlaceFreed'; readonly thread: number }
  | { readonly kind: 'Answer'; readonly id: number; readonly answer: Answer };

export type Answer =
  /** `problem`: of a listener; everything else is in force. */
  | { readonly kind: 'Configured'; readonly problem?: { readonly message: string; readonly code: string } }
  | { readonly kind: 'Scraped'; readonly families: readonly Family[] }
  | { readonly kind: 'Closed' };

const toThread: Readonly<Record<ToThread['kind'], true>> = {
  Backends: true,
  Draining: true,
  Hear: true,
  PlaceFreed: true,
  Cut: true,
  CutOff: true,
  Ask: true,
};

const fromThread: Readonly<Record<FromThread['kind'], true>> = { Tell: true, PlaceFreed: true, Answer: true };

/** @throws when it is no message for a thread */
export function parseToThread(message: unknown): ToThread {
  if (isToThread(message)) return message;
  throw new Error(`Not a message for a thread: ${JSON.stringify(message)}`);
}

/** @throws when it is no message from a thread */
export function parseFromThread(message: unknown): FromThread {
  if (isFromThread(message)) return message;
  throw new Error(`Not a message from a thread: ${JSON.stringify(message)}`);
}

// Both sides are one program of one version, so the kind says enough.
const isToThread = (message: unknown): message is ToThread => Object.hasOwn(toThread, kindOf(message));
const isFromThread = (message: unknown): message is FromThread => Object.hasOwn(fromThread, kindOf(message));

function kindOf(message: unknown): string {
  if (typeof message !== 'object' || message === null || !('kind' in message)) return '';
  return String(message.kind);
}

/** Whether this program was started as one of our threads. */
export function isThreadData(data: unknown): data is ThreadData {
  return typeof data === 'object' && data !== null && 'thread' in data && 'ledger' in data;
}
