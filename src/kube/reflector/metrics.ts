/** Why a reflector read its whole collection again. */
export type RelistReason = 'Initial' | 'Expired' | 'Failing' | 'Missed';

/** Why a reflector opened its watch again. */
export type ReconnectReason = 'Closed' | 'Failed' | 'Idle';

/**
 * Where one reflector reports to. The age of its last event is not pushed: read `Reflector.lastEventAgeMilliseconds()` when the
 * metrics are collected.
 */
export interface ReflectorMetrics {
  relisted(reason: RelistReason): void;
  reconnected(reason: ReconnectReason): void;
  /** Differences that the periodic comparison found: a watch that lies. Anything above 0 deserves an alert. */
  missedEvents(count: number): void;
  /** A line of a watch that was not a watch event. */
  parseFailed(): void;
  /** A handler of the store threw. */
  handlerFailed(): void;
}
