/** Where a work queue reports to. `src/kube/metrics` turns it into client-go's `workqueue_*` metrics. */
export interface WorkQueueMetrics {
  /** A key was accepted that was not waiting to be worked on already. */
  added(): void;
  /** A key was handed out after it had been ready for so long. */
  started(waitedSeconds: number): void;
  /** The work on a key ended. */
  finished(workedSeconds: number): void;
  /** A key was put back by the rate limiter. */
  retried(): void;
}

/** What is read of a work queue when the metrics are collected. */
export interface WorkQueueState {
  /** Keys ready to be worked on, by priority. */
  readonly depthByPriority: ReadonlyMap<number, number>;
  /** Sum over the keys that are worked on now. */
  readonly unfinishedSeconds: number;
  readonly longestRunningSeconds: number;
}
