/** What a probe says. `message` is a sentence for a person: it shows in `kubectl describe pod` when the probe fails. */
export interface ProbeResult {
  readonly ok: boolean;
  readonly message: string;
}

/** Asked at every request of its path: /started, /ready and /live. Answers 200 or 503. Must neither throw nor reject. */
export interface Probes {
  readonly started: () => ProbeResult | Promise<ProbeResult>;
  readonly ready: () => ProbeResult | Promise<ProbeResult>;
  readonly live: () => ProbeResult;
}

export interface AdminOptions {
  /** Absent = all addresses, IPv4 and IPv6. */
  readonly address?: string | undefined;
  /** 0 = any free port. */
  readonly port: number;
  readonly probes: Probes;
  /** The body of /sessions: sent as JSON. Must not reject, and be quick: who asks waits for 1 s and then takes us for lost. */
  readonly sessions: () => object | Promise<object>;
  /** Holds the answer of /drained back until it resolves; `gone` aborts when nobody waits for it any more. Absent = no such path. */
  readonly drained?: ((gone: AbortSignal) => Promise<void>) | undefined;
  /** The body of /metrics, in the Prometheus text format. */
  readonly metrics: () => string | Promise<string>;
}

export interface AdminServer {
  /** The port that is in use. */
  readonly port: number;
  close(): Promise<void>;
}
