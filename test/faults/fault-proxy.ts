import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer, request as httpsRequest } from 'node:https';
import type { KubeConnection } from '../../src/kube/credentials/connection.ts';
import { startLink } from './link.ts';
import type { Link } from './link.ts';
import { listenOnLoopback } from './loopback.ts';
import { answerStatus } from './scripted-server.ts';
import type { TlsTexts } from './tls-files.ts';

/** What kind of request a fault strikes. A watch with `sendInitialEvents` is an `InitialWatch`, a list with `continue` a `NextPage`. */
export type RequestKind = 'Call' | 'List' | 'NextPage' | 'Watch' | 'InitialWatch';

/** A request as the proxy saw it. */
export interface ProxiedRequest {
  readonly kind: RequestKind;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
}

/** What happens to a request in place of an answer from the API server. */
export type Fault =
  | {
      readonly answer: number;
      readonly reason?: string;
      readonly message?: string;
      readonly retryAfterSeconds?: number;
    }
  | { readonly reset: true };

/** Stands between a client and the real API server: terminates TLS, and does harm on demand. */
export interface FaultProxy {
  /** Damages the network between the client and the proxy. */
  readonly link: Link;
  readonly requests: readonly ProxiedRequest[];
  /** Watches that are open now. */
  readonly openWatches: number;
  /** Strikes the next `times` requests of these kinds (default: all, until `heal`). */
  strike(kinds: readonly RequestKind[], fault: Fault, times?: number): void;
  heal(): void;
  /** Writes an ERROR event into every open watch; the API server ends a watch after that, and so does this. */
  sendErrorEvent(code: number, reason: string, message?: string): void;
  /** Writes raw bytes into every open watch. */
  sendBytes(bytes: string): void;
  /** Presents another certificate to new connections. */
  present(tls: TlsTexts): void;
  /** How a client reaches the proxy. It needs no credentials: the proxy has the administrator's. */
  connection(): KubeConnection;
  close(): Promise<void>;
}

interface Strike {
  readonly kinds: readonly RequestKind[];
  readonly fault: Fault;
  times: number;
}

export async function startFaultProxy(upstream: KubeConnection, tls: TlsTexts): Promise<FaultProxy> {
  const requests: ProxiedRequest[] = [];
  const watches = new Map<ServerResponse, IncomingMessage>();
  let strikes: Strike[] = [];
  const administrator = await upstream.credentials({ refresh: false });
  const { ca, cert, key } = administrator.tls;
  const clientIdentity = { ca: tls.ca, insecureSkipVerify: false };
  const anonymous = new Agent({ keepAlive: true, ...(ca === undefined ? {} : { ca }) });
  const privileged = new Agent({ keepAlive: true, ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) });

  const server = createServer({ cert: tls.cert, key: tls.key }, (incoming, response) => {
    const request = describe(incoming);
    requests.push(request);
    const strike = strikes.find(({ kinds, times }) => times > 0 && kinds.includes(request.kind));
    if (strike === undefined) {
      forward(incoming, response, request);
    } else {
      strike.times -= 1;
      harm(incoming, response, strike.fault);
    }
  });
  const link = await startLink({ host: '127.0.0.1', port: await listenOnLoopback(server) });

  function forward(incoming: IncomingMessage, response: ServerResponse, request: ProxiedRequest): void {
    // Whoever brings a token is judged by it; everybody else is the administrator.
    const agent = incoming.headers.authorization === undefined ? privileged : anonymous;
    const headers = { ...incoming.headers };
    delete headers.host;
    delete headers.connection;
    const outgoing = httpsRequest(
      {
        agent,
        host: upstream.server.hostname,
        port: upstream.server.port,
        method: incoming.method,
        path: incoming.url,
        headers,
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        response.flushHeaders();
        if (request.kind === 'Watch' || request.kind === 'InitialWatch') watches.set(response, answer);
        answer.pipe(response);
        answer.on('error', () => response.destroy());
      },
    );
    // The API server is gone: to the client, that is a connection that breaks.
    outgoing.on('error', () => incoming.socket.destroy());
    response.on('close', () => {
      watches.delete(response);
      outgoing.destroy();
    });
    incoming.pipe(outgoing);
  }

  return {
    link,
    requests,
    get openWatches() {
      return watches.size;
    },
    strike(kinds, fault, times = Number.POSITIVE_INFINITY) {
      strikes.push({ kinds, fault, times });
    },
    heal() {
      strikes = [];
    },
    sendErrorEvent(code, reason, message = reason) {
      const object = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code };
      for (const [response, answer] of watches) {
        answer.unpipe(response);
        response.end(`${JSON.stringify({ type: 'ERROR', object })}\n`);
      }
    },
    sendBytes(bytes) {
      for (const response of watches.keys()) response.write(bytes);
    },
    present(next) {
      server.setSecureContext({ cert: next.cert, key: next.key });
    },
    connection: () => ({
      server: new URL(`https://127.0.0.1:${link.port}/`),
      credentials: () => Promise.resolve({ tls: clientIdentity, headers: {} }),
    }),
    async close() {
      await link.close();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
      anonymous.destroy();
      privileged.destroy();
    },
  };
}

function describe(incoming: IncomingMessage): ProxiedRequest {
  const url = new URL(incoming.url ?? '/', 'https://server');
  const query = url.searchParams;
  const method = incoming.method ?? '';
  return { kind: kindOf(method, query), method, path: url.pathname, query };
}

function kindOf(method: string, query: URLSearchParams): RequestKind {
  if (query.has('sendInitialEvents')) return 'InitialWatch';
  if (query.has('watch')) return 'Watch';
  if (query.has('continue')) return 'NextPage';
  return method === 'GET' && query.has('limit') ? 'List' : 'Call';
}

function harm(incoming: IncomingMessage, response: ServerResponse, fault: Fault): void {
  if ('reset' in fault) {
    incoming.socket.destroy();
    return;
  }
  const { retryAfterSeconds, reason = 'Injected', message = 'injected by the test' } = fault;
  const headers = retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) };
  answerStatus(response, fault.answer, reason, { message, headers });
}
