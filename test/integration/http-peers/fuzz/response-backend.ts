import { createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { portOf } from '../../../balancer/loopback-servers.ts';
import { readResponse } from '../reading/response.ts';
import type { ResponseCase } from './response-case.ts';

/** A backend that answers requests for `/case` with the case at hand, and all others with their own target. */
export interface ResponseBackend {
  readonly port: number;
  /** What it answers from now on. */
  play(responseCase: ResponseCase): void;
}

/** Longer than a proxy needs to read what came: a reset destroys what was not read. */
const beforeReset = 15;

/** A response that is whole at its end only, or never, has to end. */
export function endingOf({ bytes, method, ending }: ResponseCase): ResponseCase['ending'] {
  if (ending !== 'Open') return ending;
  return 'incomplete' in readResponse(bytes, method === 'HEAD', false) ? 'End' : 'Open';
}

/** Closed by `closeServers`. */
export async function startResponseBackend(): Promise<ResponseBackend> {
  let current: ResponseCase | undefined;

  async function answerCase(socket: Socket, responseCase: ResponseCase): Promise<void> {
    const { parts } = responseCase;
    for (const [index, part] of parts.entries()) {
      if (index > 0) await sleep(2);
      if (socket.writable) socket.write(part, 'latin1');
    }
    const ending = endingOf(responseCase);
    if (ending === 'End') socket.end();
    if (ending !== 'Reset') return;
    await sleep(beforeReset);
    socket.resetAndDestroy();
  }

  const server = createServer((socket) => {
    let pending = '';
    socket.setNoDelay();
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      pending += bytes.toString('latin1');
      for (let end = pending.indexOf('\r\n\r\n'); end !== -1; end = pending.indexOf('\r\n\r\n')) {
        const target = pending.split(' ')[1] ?? '';
        pending = pending.slice(end + 4);
        if (target === '/case' && current !== undefined) void answerCase(socket, current);
        else socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${target.length}\r\n\r\n${target}`);
      }
    });
  });
  return {
    port: await portOf(server),
    play(responseCase) {
      current = responseCase;
    },
  };
}
