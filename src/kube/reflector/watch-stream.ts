import type { Clock } from '../clock.ts';
import { asKubeError, KubeError } from '../errors.ts';
import type { KubeStream, KubeTransport } from '../transport/transport.ts';
import type { ReflectorDurations } from './durations.ts';
import { LineSplitter } from './line-splitter.ts';
import { parseWatchEvent } from './watch-event.ts';
import type { WatchEvent } from './watch-event.ts';
import { describeScope, watchRequest } from './watch-scope.ts';
import type { WatchScope } from './watch-scope.ts';

/** How a watch ended. `healthy`: it lived long enough, or brought something, so it may be opened again at once. */
export type StreamEnd =
  | { readonly cause: 'Closed'; readonly healthy: boolean }
  | { readonly cause: 'Idle'; readonly healthy: boolean }
  | { readonly cause: 'Failed'; readonly error: KubeError; readonly healthy: boolean }
  /** The server cannot begin a watch with the objects that are there. */
  | { readonly cause: 'NoInitialObjects' }
  | { readonly cause: 'Stopped' };

/** An event that changes or confirms something; ERROR events end the stream instead. */
export type DataEvent = Exclude<WatchEvent, { readonly type: 'ERROR' }>;

export interface WatchOptions {
  readonly transport: KubeTransport;
  readonly scope: WatchScope;
  readonly from: {
    readonly resourceVersion: string;
    readonly initialEvents: boolean;
    readonly timeoutSeconds: number;
  };
  readonly clock: Clock;
  readonly durations: ReflectorDurations;
  /** Called for each event, in order; what it throws ends the watch as failed. Not called after the signal. */
  readonly onEvent: (event: DataEvent) => void;
  readonly signal: AbortSignal;
}

/** Follows one watch until it ends, for whatever reason. Never throws. */
export async function followWatch(options: WatchOptions): Promise<StreamEnd> {
  const { transport, scope, from, clock, durations, signal } = options;
  const startedAt = clock.monotonicMilliseconds();
  const progress = { events: 0, lastByteAt: startedAt, idle: false };
  const healthy = (): boolean =>
    progress.events > 0 || clock.monotonicMilliseconds() - startedAt >= durations.healthyAfterMilliseconds;

  try {
    const stream = await transport.stream({ ...watchRequest(scope, from), signal });
    const ended = new AbortController();
    void closeWhenIdle(stream, progress, options, ended.signal);
    try {
      await readEvents(stream, progress, options);
    } finally {
      ended.abort();
      stream.close();
    }
    if (signal.aborted) return { cause: 'Stopped' };
    if (progress.idle) return { cause: 'Idle', healthy: progress.events > 0 };
    return { cause: 'Closed', healthy: healthy() };
  } catch (thrown) {
    if (signal.aborted) return { cause: 'Stopped' };
    const error = asKubeError(thrown, `Watching ${describeScope(scope)}`);
    // An answer of the server that came quickly is no sign of health, however long we had waited for it.
    return { cause: 'Failed', error, healthy: progress.events > 0 };
  }
}

interface Progress {
  events: number;
  lastByteAt: number;
  idle: boolean;
}

async function readEvents(
  stream: KubeStream,
  progress: Progress,
  { scope, clock, onEvent, signal }: WatchOptions,
): Promise<void> {
  const tried = `Watching ${describeScope(scope)}`;
  const lines = new LineSplitter();
  progress.lastByteAt = clock.monotonicMilliseconds();

  for await (const chunk of stream.chunks) {
    progress.lastByteAt = clock.monotonicMilliseconds();
    for (const line of lines.push(chunk)) {
      if (signal.aborted) return;
      const event = parseWatchEvent(line, tried);
      if (event.type === 'ERROR') throw event.error;
      onEvent(event);
      progress.events += 1;
    }
  }
  if (lines.hasRest && !progress.idle && !signal.aborted) {
    throw new KubeError(`${tried} broke off in the middle of an event`, { code: 'BadResponse' });
  }
}

/** A connection that was cut without a word looks just like a quiet one, until even the bookmarks fail to come. */
async function closeWhenIdle(
  stream: KubeStream,
  progress: Progress,
  { clock, durations }: WatchOptions,
  ended: AbortSignal,
): Promise<void> {
  while (!ended.aborted) {
    const left = progress.lastByteAt + durations.idleLimitMilliseconds - clock.monotonicMilliseconds();
    if (left <= 0) {
      progress.idle = true;
      stream.close();
      return;
    }
    await clock.sleep(left, ended);
  }
}
