/**
 * What the parts of both programs need of a logger: pino's interface (https://getpino.io), as far as it is used here. The operator logs
 * with pino itself; the sidecar, whose memory is counted, does without.
 */
export interface Logger {
  readonly debug: LogMethod;
  readonly info: LogMethod;
  readonly warn: LogMethod;
  readonly error: LogMethod;
  readonly fatal: LogMethod;
  /** A logger whose lines carry these fields too. */
  child(fields: Readonly<Record<string, unknown>>): Logger;
}

export interface LogMethod {
  (fields: object, message: string): void;
  (message: string): void;
}
