/** One HTTP exchange as the `rest_client_*` metrics count it; a retried call is several exchanges. */
export interface FinishedExchange {
  readonly method: string;
  /** host:port of the API server. */
  readonly host: string;
  /** HTTP status, or `<error>` when no response came (client-go's word for it). */
  readonly code: string;
  /** Until the last byte of the response; for watches until its head. */
  readonly durationSeconds: number;
}

/** Where the transport reports to. `src/kube/metrics` turns it into prom-client metrics. */
export interface TransportMetrics {
  exchangeFinished(exchange: FinishedExchange): void;
}
