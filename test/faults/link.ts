import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { listenOnLoopback } from './loopback.ts';

/** A stretch of network between a client and a server, which can be damaged. Carries bytes, knows no protocol. */
export interface Link {
  /** 127.0.0.1:port for the client. */
  readonly port: number;
  readonly open: number;
  /** Connections that clients made since the start. */
  readonly accepted: number;
  /** RST to every client. */
  reset(): void;
  /** No listener: ECONNREFUSED. With it go the connections that are open, as when the server's process dies. */
  refuse(): Promise<void>;
  listen(): Promise<void>;
  /**
   * Nothing passes any more, in either direction, on old and new connections; both ends believe they are connected. A cable that was
   * cut, a firewall that forgot.
   */
  silence(): void;
  /** Bytes pass again: on all connections, or only on those that are made from now on (a firewall that lost its state). */
  speak(which?: 'All' | 'New'): void;
  /** Towards the client. Undefined = as fast as it goes. */
  limit(bytesPerSecond: number | undefined): void;
  /** RST to each client that gets this many more bytes. Undefined = never. */
  cutAfter(bytes: number | undefined): void;
  close(): Promise<void>;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  bytesLeft: number;
}

export async function startLink(target: { readonly host: string; readonly port: number }): Promise<Link> {
  const pairs = new Set<Pair>();
  let listener: Server | undefined;
  let accepted = 0;
  let silent = false;
  let bytesPerSecond = Number.POSITIVE_INFINITY;
  let cutAfterBytes = Number.POSITIVE_INFINITY;

  const end = (pair: Pair, how: 'Reset' | 'Close'): void => {
    pairs.delete(pair);
    // Note: Node 24 leaks a socket that is reset while it is being shut down, and then spins for ever when the process ends.
    if (how === 'Reset' && !pair.client.writableEnded) pair.client.resetAndDestroy();
    else pair.client.destroy();
    pair.server.destroy();
  };

  const toClient = (pair: Pair, chunk: Buffer): void => {
    const passed = chunk.subarray(0, pair.bytesLeft);
    pair.bytesLeft -= passed.length;
    pair.client.write(passed);
    if (pair.bytesLeft <= 0) {
      // After the bytes, not in place of them.
      setImmediate(() => end(pair, 'Reset'));
      return;
    }
    if (bytesPerSecond === Number.POSITIVE_INFINITY) return;
    pair.server.pause();
    setTimeout(
      () => {
        if (!silent) pair.server.resume();
      },
      (chunk.length / bytesPerSecond) * 1000,
    );
  };

  const accept = (client: Socket): void => {
    accepted += 1;
    const server = connect(target);
    const pair: Pair = { client, server, bytesLeft: cutAfterBytes };
    pairs.add(pair);
    client.on('data', (chunk: Buffer) => server.write(chunk));
    server.on('data', (chunk: Buffer) => toClient(pair, chunk));
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      socket.on('error', () => {});
      socket.on('close', () => end(pair, 'Close'));
      if (silent) socket.pause();
    }
  };

  const listen = (onPort: number): Promise<number> => {
    listener = createServer(accept);
    return listenOnLoopback(listener, onPort);
  };
  const port = await listen(0);

  const refuse = async (): Promise<void> => {
    const closing = listener;
    listener = undefined;
    for (const pair of pairs) end(pair, 'Reset');
    if (closing === undefined) return;
    closing.close();
    await once(closing, 'close');
  };
  const eachSocket = (act: (socket: Socket) => void): void => {
    for (const pair of pairs) {
      act(pair.client);
      act(pair.server);
    }
  };

  return {
    port,
    get open() {
      return pairs.size;
    },
    get accepted() {
      return accepted;
    },
    reset() {
      for (const pair of pairs) end(pair, 'Reset');
    },
    refuse,
    async listen() {
      if (listener === undefined) await listen(port);
    },
    silence() {
      silent = true;
      eachSocket((socket) => socket.pause());
    },
    speak(which = 'All') {
      silent = false;
      if (which === 'All') eachSocket((socket) => socket.resume());
    },
    limit(rate) {
      bytesPerSecond = rate ?? Number.POSITIVE_INFINITY;
    },
    cutAfter(bytes) {
      cutAfterBytes = bytes ?? Number.POSITIVE_INFINITY;
      for (const pair of pairs) pair.bytesLeft = cutAfterBytes;
    },
    close: refuse,
  };
}
