import type { IncomingMessage } from 'node:http';
import { KubeError, messageOf } from '../errors.ts';
import type { KubeStream } from './transport.ts';

/** Wraps an open response: ends with the signal, and speaks KubeError. */
export function readStream(
  response: IncomingMessage,
  context: { readonly tried: string; readonly server: URL; readonly signal: AbortSignal },
): KubeStream {
  const { tried, server, signal } = context;
  let closed = false;
  const close = (): void => {
    closed = true;
    response.destroy();
  };
  // A response that fails while nobody reads it must not end the process; whoever reads it gets the error from the iterator.
  response.on('error', () => {});
  response.on('close', () => signal.removeEventListener('abort', close));
  signal.addEventListener('abort', close);
  if (signal.aborted) close();

  async function* chunks(): AsyncGenerator<Buffer> {
    try {
      yield* response as AsyncIterable<Buffer>;
    } catch (cause) {
      if (signal.aborted) throw new KubeError(`${tried} was aborted`, { code: 'Aborted', cause });
      if (closed) return;
      const message = `${tried} broke: connection to ${server.host} lost: ${messageOf(cause)}`;
      throw new KubeError(message, { code: 'Connection', cause });
    }
    // Destroyed before anybody read it, a response just ends.
    if (signal.aborted) throw new KubeError(`${tried} was aborted`, { code: 'Aborted' });
  }
  return { chunks: chunks(), close };
}
