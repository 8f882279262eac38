import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { Socket } from 'node:net';
import type { KubeConnection } from '../../src/kube/credentials/connection.ts';
import { listenOnLoopback } from './loopback.ts';
import type { TlsTexts } from './tls-files.ts';

/** A request as it arrived. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Source port: tells connections apart. */
  readonly connection: number;
}

/** Answers one request. */
export type Script = (request: ReceivedRequest, response: ServerResponse) => void | Promise<void>;

/** A TLS server that does what a test tells it, for what a real API server cannot be made to do. */
export interface ScriptedServer {
  readonly url: URL;
  readonly requests: readonly ReceivedRequest[];
  readonly connections: { readonly accepted: number; readonly open: number; readonly mostOpen: number };
  /** From now on each request is answered by this. */
  answer(script: Script): void;
  /** Answers the next requests one after another, the last one also all that follow. */
  answerInTurn(...scripts: Script[]): void;
  /** Presents another certificate to new connections. */
  present(tls: TlsTexts): void;
  /** The connection that a client makes with these certificates and no token. */
  connection(headers?: Readonly<Record<string, string>>): KubeConnection;
  close(): Promise<void>;
}

export async function startScriptedServer(tls: TlsTexts): Promise<ScriptedServer> {
  let script: Script = (_request, response) => answerJson(response, 200, {});
  const requests: ReceivedRequest[] = [];
  const sockets = new Set<Socket>();
  const connections = { accepted: 0, open: 0, mostOpen: 0 };
  const server = createServer({ cert: tls.cert, key: tls.key }, (incoming, response) => {
    void receive(incoming).then(async (request) => {
      requests.push(request);
      await script(request, response);
    });
  });
  // As long as an API server: Node's 5 s would close connections that a test wants to see pooled, or closed by the client.
  server.keepAliveTimeout = 90_000;
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    connections.accepted += 1;
    connections.open += 1;
    connections.mostOpen = Math.max(connections.mostOpen, connections.open);
    socket.on('error', () => {});
    socket.on('close', () => {
      sockets.delete(socket);
      connections.open -= 1;
    });
  });
  const port = await listenOnLoopback(server);
  const url = new URL(`https://127.0.0.1:${port}/`);
  const identity = { ca: tls.ca, insecureSkipVerify: false };

  return {
    url,
    requests,
    connections,
    answer(next) {
      script = next;
    },
    answerInTurn(...scripts) {
      let turn = 0;
      script = (request, response) => scripts[Math.min(turn++, scripts.length - 1)]?.(request, response);
    },
    present: ({ cert, key }) => server.setSecureContext({ cert, key }),
    connection: (headers = {}) => ({ server: url, credentials: () => Promise.resolve({ tls: identity, headers }) }),
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Answers with JSON and ends. */
export function answerJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

/** Answers with a metav1.Status, as the API server does when it refuses. */
export function answerStatus(
  response: ServerResponse,
  code: number,
  reason: string,
  options: { readonly message?: string; readonly headers?: Record<string, string>; readonly details?: object } = {},
): void {
  answerJson(
    response,
    code,
    {
      apiVersion: 'v1',
      kind: 'Status',
      status: 'Failure',
      message: options.message ?? reason,
      reason,
      code,
      ...(options.details === undefined ? {} : { details: options.details }),
    },
    options.headers,
  );
}

/** Writes one event of a watch. The head is sent with the first. */
export function writeEvent(response: ServerResponse, type: string, object: unknown): void {
  response.write(`${JSON.stringify({ type, object })}\n`);
}

async function receive(incoming: IncomingMessage): Promise<ReceivedRequest> {
  const url = new URL(incoming.url ?? '/', 'https://server');
  const chunks: Buffer[] = [];
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  return {
    method: incoming.method ?? '',
    path: url.pathname,
    query: url.searchParams,
    headers: incoming.headers,
    body: Buffer.concat(chunks).toString('utf8'),
    connection: incoming.socket.remotePort ?? 0,
  };
}
