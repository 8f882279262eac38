import { connect } from 'node:net';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';

/** What came back, until the other side closed or nothing more happened. */
export interface Answer {
  readonly text: string;
  /** The other side ended the connection. */
  readonly ended: boolean;
  /** The system's code when it did not end in order: what came may not be all. */
  readonly error?: string;
  /** Of all responses, the interim ones too. */
  readonly statuses: readonly number[];
}

export interface Sending {
  readonly port: number;
  /** Latin1, written one after the other. */
  readonly parts: readonly string[];
  /** For so long nothing must have come, here or (see `activeAt`) elsewhere, before the answer counts as over. */
  readonly quietMilliseconds: number;
  readonly activeAt?: () => number;
}

/**
 * Writes bytes as they are and waits for the end of the connection, or for quiet. Note: does not end its own half. A client that does
 * that has gone, for some servers, and its requests with it.
 */
export async function sendBytes(sending: Sending): Promise<Answer> {
  const { port, parts, quietMilliseconds, activeAt = () => 0 } = sending;
  const socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
  let text = '';
  const state: { ended: boolean; error?: string } = { ended: false };
  let heardAt = performance.now();
  socket.on('data', (bytes) => {
    text += bytes.toString('latin1');
    heardAt = performance.now();
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    state.error = error.code ?? error.message;
  });
  for (const event of ['end', 'close']) {
    socket.on(event, () => {
      state.ended = true;
    });
  }
  for (const part of parts) {
    if (!socket.writable) break;
    socket.write(part, 'latin1');
    // A few writes come as so many reads; of hundreds, most do.
    await (parts.length > 1 && parts.length < 10 ? sleep(2) : nextTurn());
  }
  heardAt = performance.now();
  const isQuiet = () => performance.now() - Math.max(heardAt, activeAt()) > quietMilliseconds;
  while (!state.ended && !isQuiet()) await sleep(3);
  socket.destroy();
  const statuses = [...text.matchAll(/HTTP\/1\.[01] (\d{3})/g)].map(([, status]) => Number(status));
  return { text, statuses, ...state };
}
