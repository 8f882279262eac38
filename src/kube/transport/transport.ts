import type { Clock } from '../clock.ts';
import type { TransportMetrics } from './metrics.ts';

/** HTTP verbs of the Kubernetes API. */
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Query parameters; undefined ones are left out. */
export type Query = Readonly<Record<string, string | undefined>>;

/** One call. The body, if any, is sent as JSON. */
export interface KubeRequest {
  readonly method: Method;
  readonly path: string;
  readonly query?: Query;
  /** Default `application/json`. */
  readonly accept?: string;
  readonly contentType?: string;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  /** For everything: connecting, every retry, the last byte. Default 30 s. */
  readonly deadlineMilliseconds?: number | undefined;
}

/** A GET whose response goes on until somebody ends it: a watch. */
export interface StreamRequest {
  readonly path: string;
  readonly query?: Query;
  readonly accept?: string;
  readonly signal: AbortSignal;
}

/** An open response of status 200. */
export interface KubeStream {
  /** Ends when the server closed it cleanly; throws KubeError `Connection` when it broke and `Aborted` when the signal did it. */
  readonly chunks: AsyncIterable<Buffer>;
  /** Ends it from our side; `chunks` ends or throws soon after. */
  close(): void;
}

/** HTTP/1.1 over TLS to one API server. */
export interface KubeTransport {
  /**
   * Sends a call and returns the parsed JSON of its response. Retries what is safe to send again (see `retry.ts`).
   *
   * @throws KubeError
   */
  request(request: KubeRequest): Promise<unknown>;
  /**
   * Opens a stream on a connection of its own and resolves with the head of its response. Does not retry, but for one 401.
   *
   * @throws KubeError
   */
  stream(request: StreamRequest): Promise<KubeStream>;
  /** Closes the pooled connections that are idle, so that a program can end. */
  close(): void;
}

export interface TransportOptions {
  /** `User-Agent`, as name/version: what an administrator finds in the audit log. */
  readonly userAgent: string;
  readonly clock?: Clock;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
  readonly metrics?: TransportMetrics;
  /** Connections for calls; more calls than that wait. Streams do not count. Default 32. */
  readonly maxConnections?: number;
  /** Default 30 s. */
  readonly deadlineMilliseconds?: number;
  /** How long a pooled connection may be silent after a GET, before the GET goes out on a new one. Default 10 s. */
  readonly staleAfterMilliseconds?: number;
  /** A response larger than this is refused. Default 256 MiB, more than 100,000 whole pods. */
  readonly maxResponseBytes?: number;
}
