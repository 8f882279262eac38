/** Why an event never reached the API server. */
export type EventDropReason = 'TooMany' | 'QueueFull' | 'Refused' | 'Unreachable' | 'ShutDown';

/** Where an event recorder reports to. */
export interface EventMetrics {
  /** A new event, or the new count of a known one, was written. */
  sent(): void;
  dropped(reason: EventDropReason): void;
}
