import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Agent } from 'node:https';
import { KubeError } from '../errors.ts';

/** One HTTP request as it goes on the wire. */
export interface WireRequest {
  readonly agent: Agent;
  readonly server: URL;
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly signal: AbortSignal;
  /** Gives up when a connection that had served another call is silent this long: it may have died in the pool, half-open. */
  readonly staleAfterMilliseconds?: number;
  /** Probes an idle connection after this time, for streams. */
  readonly keepAliveMilliseconds?: number;
}

/** What the caller wants to know even when the exchange fails. */
export interface WireTrace {
  reusedConnection: boolean;
}

/** Sends a request and resolves with the head of the response. Rejects with Node's own errors. */
export function sendRequest(wire: WireRequest, trace: WireTrace): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = httpsRequest({
      agent: wire.agent,
      host: wire.server.hostname.replace(/^\[|\]$/g, ''),
      port: wire.server.port === '' ? 443 : wire.server.port,
      method: wire.method,
      path: wire.target,
      headers: wire.headers,
      signal: wire.signal,
    });
    outgoing.on('socket', (socket) => {
      trace.reusedConnection = outgoing.reusedSocket;
      if (wire.keepAliveMilliseconds !== undefined) socket.setKeepAlive(true, wire.keepAliveMilliseconds);
      if (wire.staleAfterMilliseconds !== undefined && outgoing.reusedSocket) {
        outgoing.setTimeout(wire.staleAfterMilliseconds, () => outgoing.destroy(new StaleConnection()));
      }
    });
    outgoing.on('response', resolve);
    // Stays for the life of the request: an error after the head reaches the reader of the response, and this listener too.
    outgoing.on('error', reject);
    outgoing.end(wire.body);
  });
}

/** A pooled connection that did not answer; a new one may. */
export class StaleConnection extends Error {
  override readonly name = 'StaleConnection';
  override readonly message = 'no answer on a connection that had been idle';
}

/** Reads a whole body as UTF-8. `tried` is for the error when it is larger than `maxBytes`. */
export async function readBody(response: IncomingMessage, maxBytes: number, tried: string): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      throw new KubeError(`${tried} failed: the response is larger than ${maxBytes} bytes`, { code: 'BadResponse' });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
