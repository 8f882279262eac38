import { readFile } from 'node:fs/promises';
import { Agent, createServer, request as httpsRequest } from 'node:https';
import { dirname } from 'node:path';
import { openAuthority } from '../../cluster/certificates/authority.ts';
import type { ControlPlane } from '../../cluster/control-plane.ts';
import { listenOnLoopback } from '../../faults/loopback.ts';

/** One request as it went over the wire. */
export interface RecordedRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly contentType: string | undefined;
  readonly body: string;
  readonly status: number;
  /** Milliseconds, of one clock for all requests. */
  readonly startedAt: number;
  readonly endedAt: number;
}

export interface Recorder {
  /** Where a client finds the API server, recorded. */
  readonly server: URL;
  /** All that were answered so far, watches left out, in the order of their answers. */
  readonly requests: readonly RecordedRequest[];
  close(): void;
}

/** Stands between the operator and the API server and writes down every request to the byte. For rounds that are not measured. */
export async function startRecorder(controlPlane: ControlPlane): Promise<Recorder> {
  const { certificateFile, keyFile } = await openAuthority(dirname(controlPlane.caFile)).issue({
    name: 'recorder',
    user: 'recorder',
    subjectAlternativeNames: ['IP:127.0.0.1'],
  });
  const [cert, key, ca] = await Promise.all(
    [certificateFile, keyFile, controlPlane.caFile].map((file) => readFile(file)),
  );
  const agent = new Agent({ keepAlive: true, ...(ca && { ca }) });
  const upstream = new URL(controlPlane.server);
  const requests: RecordedRequest[] = [];

  const server = createServer({ ...(cert && { cert }), ...(key && { key }) }, (incoming, response) => {
    const { method = '', url: target = '', headers } = incoming;
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const startedAt = performance.now();
      const { host: _host, connection: _connection, ...passed } = headers;
      const { hostname, port } = upstream;
      const outgoing = httpsRequest({ agent, hostname, port, method, path: target, headers: passed }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        response.flushHeaders();
        answer.pipe(response);
        answer.on('error', () => response.destroy());
        answer.on('end', () => {
          if (new URL(target, upstream).searchParams.has('watch')) return;
          requests.push({
            method,
            target,
            contentType: headers['content-type'],
            body: Buffer.concat(chunks).toString(),
            status: answer.statusCode ?? 0,
            startedAt,
            endedAt: performance.now(),
          });
        });
      });
      outgoing.on('error', () => incoming.socket.destroy());
      response.on('close', () => outgoing.destroy());
      outgoing.end(Buffer.concat(chunks));
    });
  });
  const port = await listenOnLoopback(server);

  return {
    server: new URL(`https://127.0.0.1:${port}`),
    requests,
    close: () => {
      server.close();
      server.closeAllConnections();
      agent.destroy();
    },
  };
}
