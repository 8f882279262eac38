import type { IncomingMessage } from 'node:http';
import { systemClock } from '../clock.ts';
import type { KubeConnection } from '../credentials/connection.ts';
import { KubeError } from '../errors.ts';
import { createAgents } from './agents.ts';
import { connectionError } from './connection-error.ts';
import type { Deadline } from './deadline.ts';
import { startDeadline } from './deadline.ts';
import { readBody, sendRequest } from './exchange.ts';
import type { WireTrace } from './exchange.ts';
import { retryDelayMilliseconds } from './retry.ts';
import { statusError } from './status-error.ts';
import { readStream } from './stream.ts';
import type { KubeRequest, KubeTransport, Query, StreamRequest, TransportOptions } from './transport.ts';

/** When a watch's connection starts to probe the other end: after a cable is cut it fails within 40 s. */
const streamKeepAliveMilliseconds = 30_000;

interface Attempt extends Omit<KubeRequest, 'signal' | 'deadlineMilliseconds'> {
  readonly kind: 'call' | 'stream';
  readonly tried: string;
  readonly deadline: Deadline;
  readonly trace: WireTrace;
}

/** The one door to an API server. Create one per process: it owns the connection pool. */
export function createTransport(connection: KubeConnection, options: TransportOptions): KubeTransport {
  const clock = options.clock ?? systemClock;
  const random = options.random ?? Math.random;
  const defaultDeadline = options.deadlineMilliseconds ?? 30_000;
  const staleAfterMilliseconds = options.staleAfterMilliseconds ?? 10_000;
  const maxBytes = options.maxResponseBytes ?? 256 * 1024 * 1024;
  const agents = createAgents(options.maxConnections ?? 32);
  const { server } = connection;

  /** Sends once and resolves with a response below 300, whatever the credentials were good for. */
  async function send(attempt: Attempt, refresh: boolean): Promise<IncomingMessage> {
    const { tls, headers } = await connection.credentials({ refresh });
    const { calls, streams } = agents.withIdentity(tls);
    const body = attempt.body === undefined ? undefined : JSON.stringify(attempt.body);
    const response = await sendRequest(
      {
        agent: attempt.kind === 'stream' ? streams : calls,
        server,
        method: attempt.method,
        target: targetOf(server, attempt.path, attempt.query),
        headers: {
          'User-Agent': options.userAgent,
          Accept: attempt.accept ?? 'application/json',
          ...headers,
          ...(body === undefined ? {} : bodyHeaders(body, attempt.contentType)),
        },
        body,
        signal: attempt.deadline.signal,
        ...(attempt.kind === 'call' && attempt.method === 'GET' ? { staleAfterMilliseconds } : {}),
        ...(attempt.kind === 'stream' ? { keepAliveMilliseconds: streamKeepAliveMilliseconds } : {}),
      },
      attempt.trace,
    );
    const status = response.statusCode ?? 0;
    if (status >= 200 && status < 300) return response;

    const text = await readBody(response, maxBytes, attempt.tried);
    throw statusError({ tried: attempt.tried, status, headers: response.headers, text });
  }

  /** One counted exchange: `finish` says what to read of the response before it counts as done. */
  async function exchange<T>(
    attempt: Attempt,
    refresh: boolean,
    finish: (response: IncomingMessage) => Promise<T>,
  ): Promise<T> {
    const startedAt = clock.monotonicMilliseconds();
    let code = '<error>';
    try {
      const response = await send(attempt, refresh);
      code = String(response.statusCode);
      return await finish(response);
    } catch (cause) {
      const error = connectionError(cause, { tried: attempt.tried, server, deadline: attempt.deadline });
      if (error.status !== 0) code = String(error.status);
      throw error;
    } finally {
      const durationSeconds = (clock.monotonicMilliseconds() - startedAt) / 1000;
      options.metrics?.exchangeFinished({ method: attempt.method, host: server.host, code, durationSeconds });
    }
  }

  /** As `exchange`, and once more with fresh credentials when the old ones (or the old CA) were refused. */
  async function exchangeWithCredentials<T>(
    attempt: Attempt,
    finish: (response: IncomingMessage) => Promise<T>,
  ): Promise<T> {
    try {
      return await exchange(attempt, false, finish);
    } catch (error) {
      if (!(error instanceof KubeError) || !refusesCredentials(error)) throw error;
      return exchange(attempt, true, finish);
    }
  }

  async function request({ signal, deadlineMilliseconds, ...call }: KubeRequest): Promise<unknown> {
    const tried = `${call.method} ${call.path}`;
    const deadline = startDeadline(clock, deadlineMilliseconds ?? defaultDeadline, signal);
    const finish = async (response: IncomingMessage): Promise<unknown> =>
      parseJson(await readBody(response, maxBytes, tried), tried);

    try {
      for (let attempt = 0; ; attempt++) {
        const trace: WireTrace = { reusedConnection: false };
        try {
          return await exchangeWithCredentials({ ...call, kind: 'call', tried, deadline, trace }, finish);
        } catch (error) {
          if (!(error instanceof KubeError)) throw error;
          // The others in the pool went idle in the same time and may be as dead.
          if (error.code === 'Timeout' || error.code === 'Connection') agents.closeIdle();

          const { method } = call;
          const delay = retryDelayMilliseconds(
            { method, error, attempt, reusedConnection: trace.reusedConnection },
            random,
          );
          if (delay === undefined || deadline.signal.aborted || delay >= deadline.remainingMilliseconds()) throw error;
          await clock.sleep(delay, deadline.signal);
        }
      }
    } finally {
      deadline.dispose();
    }
  }

  return {
    request,
    async stream({ signal, ...call }: StreamRequest) {
      const tried = `GET ${call.path} (watch)`;
      const deadline = startDeadline(clock, defaultDeadline, signal);
      const trace: WireTrace = { reusedConnection: false };
      const attempt: Attempt = { ...call, method: 'GET', kind: 'stream', tried, deadline, trace };
      try {
        const response = await exchangeWithCredentials(attempt, (head) => Promise.resolve(head));
        return readStream(response, { tried, server, signal });
      } finally {
        deadline.dispose();
      }
    },
    close: () => agents.closeIdle(),
  };
}

function refusesCredentials(error: KubeError): boolean {
  return error.status === 401 || error.code === 'Credentials';
}

function targetOf(server: URL, path: string, query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) parameters.set(name, value);
  }
  const search = parameters.toString();
  return server.pathname.replace(/\/$/, '') + path + (search === '' ? '' : `?${search}`);
}

function bodyHeaders(body: string, contentType = 'application/json'): Record<string, string> {
  return { 'Content-Type': contentType, 'Content-Length': String(Buffer.byteLength(body)) };
}

function parseJson(text: string, tried: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Without the cause: a SyntaxError quotes the text, which may be a Secret.
    throw new KubeError(`${tried} failed: the answer is not JSON`, { code: 'BadResponse' });
  }
}
