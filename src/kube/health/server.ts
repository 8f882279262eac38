import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from '../logger.ts';
import type { Registry } from 'prom-client';

/** Says what is wrong, in a sentence, or nothing. */
export type Check = () => string | undefined;

export interface HealthServerOptions {
  /** 0 = any free port. */
  readonly port: number;
  /** Default: all addresses of the pod. */
  readonly address?: string;
  readonly registry: Registry;
  /** `/healthz`: a failing check makes the kubelet restart the container. */
  readonly live: Readonly<Record<string, Check>>;
  /** `/readyz`: a failing check keeps the pod unready. */
  readonly ready: Readonly<Record<string, Check>>;
  readonly logger: Logger;
}

export interface HealthServer {
  readonly port: number;
  close(): Promise<void>;
}

const headersMilliseconds = 5000;
const requestMilliseconds = 10_000;

/** Serves `/metrics`, `/healthz` and `/readyz`. @throws Error when the port cannot be opened */
export async function startHealthServer(options: HealthServerOptions): Promise<HealthServer> {
  const server = createServer(
    { headersTimeout: headersMilliseconds, requestTimeout: requestMilliseconds },
    (request, response) => {
      answer(options, request, response).catch((error: unknown) => {
        options.logger.error({ err: error, path: request.url }, 'Could not answer a request for health or metrics');
        if (!response.headersSent) response.writeHead(500);
        response.end();
      });
    },
  );
  server.listen({ port: options.port, host: options.address });
  await once(server, 'listening');
  // Concerns single connections (EMFILE): the server goes on.
  server.on('error', (error) => options.logger.warn({ err: error }, 'Could not accept a connection'));

  const { port } = addressOf(server.address());
  options.logger.info({ port }, 'Serving metrics and health');
  return {
    port,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(options: HealthServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end();
    return;
  }
  const [path = ''] = (request.url ?? '').split('?');
  switch (path) {
    case '/metrics':
      response.writeHead(200, { 'content-type': options.registry.contentType });
      response.end(await options.registry.metrics());
      return;
    case '/healthz':
      answerChecks(options.live, response);
      return;
    case '/readyz':
      answerChecks(options.ready, response);
      return;
    default:
      response.writeHead(404, { 'content-type': 'text/plain' }).end('Not found: try /metrics, /healthz or /readyz\n');
  }
}

/** One line per check, as the API server's own `/readyz?verbose` has it. */
function answerChecks(checks: Readonly<Record<string, Check>>, response: ServerResponse): void {
  const outcomes = Object.entries(checks).map(([name, check]) => ({ name, problem: check() }));
  const healthy = outcomes.every(({ problem }) => problem === undefined);
  const lines = outcomes.map(({ name, problem }) =>
    problem === undefined ? `[+]${name} ok` : `[-]${name}: ${problem}`,
  );
  response.writeHead(healthy ? 200 : 503, { 'content-type': 'text/plain; charset=utf-8' });
  response.end([...lines, healthy ? 'ok' : 'not ok', ''].join('\n'));
}

function addressOf(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new Error('The server does not listen on a port');
  return address;
}
