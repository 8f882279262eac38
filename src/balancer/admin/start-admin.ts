import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AdminOptions, AdminServer, ProbeResult } from './admin.ts';

/** Scrapers and kubelets are few and quick. */
const requestMilliseconds = 10_000;
const connectionLimit = 64;

interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/**
 * Answers GET (and HEAD) of /started, /ready, /live, /sessions and /metrics. Read-only: nothing can be commanded here.
 * @throws the system's error when the address cannot be listened on
 */
export async function startAdmin(options: AdminOptions): Promise<AdminServer> {
  const server = createServer((request, response) => answer(options, request, response));
  server.requestTimeout = requestMilliseconds;
  server.headersTimeout = requestMilliseconds;
  server.maxConnections = connectionLimit;
  server.listen({ port: options.port, ...(options.address === undefined ? {} : { host: options.address }) });
  await once(server, 'listening');
  // Later errors concern single connections: the server goes on.
  server.on('error', () => {});
  const bound = server.address();
  return {
    port: bound !== null && typeof bound === 'object' ? bound.port : options.port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function answer(options: AdminOptions, request: IncomingMessage, response: ServerResponse): void {
  response.on('error', () => {});
  const { status, type, body } = reply(options, request);
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    ...(status === 405 ? { Allow: 'GET, HEAD' } : {}),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function reply({ probes, sessions, metrics }: AdminOptions, request: IncomingMessage): Reply {
  const [path = ''] = (request.url ?? '').split('?');
  const routes: Readonly<Record<string, () => Reply>> = {
    '/started': () => probeReply(probes.started()),
    '/ready': () => probeReply(probes.ready()),
    '/live': () => probeReply(probes.live()),
    '/sessions': () => ({ status: 200, type: 'application/json', body: `${JSON.stringify(sessions())}\n` }),
    '/metrics': () => ({ status: 200, type: 'text/plain; version=0.0.4; charset=utf-8', body: metrics() }),
  };
  const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
  if (route === undefined) return text(404, `No such path. There is ${Object.keys(routes).join(', ')}.`);
  if (request.method !== 'GET' && request.method !== 'HEAD') return text(405, 'Only GET: nothing can be changed here.');
  return route();
}

function probeReply({ ok, message }: ProbeResult): Reply {
  return text(ok ? 200 : 503, message);
}

function text(status: number, sentence: string): Reply {
  return { status, type: 'text/plain; charset=utf-8', body: `${sentence}\n` };
}
