/** Where an applier reports to. A steady state shows hits only. */
export interface ApplierMetrics {
  /** Nothing had to be sent. */
  hit(kind: string): void;
  /** A request was sent. */
  miss(kind: string): void;
}
