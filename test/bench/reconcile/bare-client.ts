import { Agent, request as httpsRequest } from 'node:https';

/** As little as it takes to talk to an API server. */
export interface BareClient {
  /** Resolves with the answer's body; throws for a status that is not 2xx. */
  send(method: string, target: string, body?: string, contentType?: string): Promise<string>;
  close(): void;
}

/** `node:https` with keep-alive and as many connections as the operator uses; nothing else. */
export function createBareClient(server: string, ca: Buffer, token: string): BareClient {
  const agent = new Agent({ keepAlive: true, maxSockets: 32, ca });
  const { hostname, port } = new URL(server);
  const authorization = `Bearer ${token}`;

  return {
    send: (method, target, body, contentType = 'application/json') =>
      new Promise((resolve, reject) => {
        const headers =
          body === undefined
            ? { authorization }
            : { authorization, 'content-type': contentType, 'content-length': Buffer.byteLength(body) };
        const call = httpsRequest({ agent, hostname, port, method, path: target, headers }, (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString();
            const status = response.statusCode ?? 0;
            if (status < 300) resolve(text);
            else reject(new Error(`${method} ${target}: ${status} ${text.slice(0, 500)}`));
          });
        });
        call.on('error', reject);
        call.end(body);
      }),
    close: () => agent.destroy(),
  };
}
