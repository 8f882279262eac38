import type { Outcome } from './outcome.ts';

/** One reconcile as the `controller_runtime_*` metrics count it. */
export interface FinishedReconcile {
  readonly result: Outcome['result'];
  readonly seconds: number;
  /** An error that is not retried. */
  readonly terminal: boolean;
  /** An error that is a mistake in the program. */
  readonly panic: boolean;
  /** It took longer than it may. */
  readonly timedOut: boolean;
}

/** Where a controller reports to. `src/kube/metrics` turns it into controller-runtime's metrics. */
export interface ControllerMetrics {
  /** Called once, when the workers start. */
  workersStarted(count: number): void;
  reconcileStarted(): void;
  reconcileFinished(finished: FinishedReconcile): void;
}
