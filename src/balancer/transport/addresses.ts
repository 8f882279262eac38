/** One end of a connection. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** Who connected, and what to. */
export interface Addresses {
  readonly source: Endpoint;
  readonly destination: Endpoint;
}
