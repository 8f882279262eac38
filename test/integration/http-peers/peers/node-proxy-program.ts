/** A reverse proxy as one would write it with node:http: `node node-proxy-program.ts LISTEN:BACKEND …` */
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';

/** Trailers are not passed on, so they are not announced: node:http refuses to without chunks. */
const dropped = ['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade'];

for (const lane of process.argv.slice(2)) {
  const [port, backend] = lane.split(':').map(Number);
  const agent = new Agent({ keepAlive: true });
  const server = createServer((incoming, response) => forward(incoming, response, backend ?? 0, agent));
  // Not answered by itself: the others pass it on, too.
  server.on('checkContinue', (incoming, response) => forward(incoming, response, backend ?? 0, agent));
  server.listen(port, '127.0.0.1');
}

function forward(incoming: IncomingMessage, response: ServerResponse, port: number, agent: Agent): void {
  const headers = Object.entries(incoming.headers).filter(([name]) => !dropped.includes(name));
  const isChunked = incoming.headers['transfer-encoding'] !== undefined;
  const call = request(
    {
      port,
      agent,
      host: '127.0.0.1',
      method: incoming.method ?? 'GET',
      path: incoming.url ?? '/',
      headers: { ...Object.fromEntries(headers), ...(isChunked ? { 'transfer-encoding': 'chunked' } : {}) },
    },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    },
  );
  call.on('error', () => {
    if (!response.headersSent) response.writeHead(502);
    response.end();
  });
  response.on('close', () => {
    if (!response.writableFinished) call.destroy();
  });
  incoming.pipe(call);
}
