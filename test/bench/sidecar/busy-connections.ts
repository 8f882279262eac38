import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import { listenOnLoopback } from '../../faults/loopback.ts';
import type { OnEnd } from '../bench.ts';

const small = Buffer.alloc(4096, 'g');
const large = Buffer.alloc(1024 * 1024, 'g');
const upload = Buffer.alloc(256 * 1024, 'u');

/** Web gateways: a small page, a large one, and an upload that is read to its end. */
export async function startBackends(count: number, onEnd: OnEnd): Promise<number[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer((incoming, response) => {
        incoming.resume();
        incoming.on('end', () => response.end(incoming.url === '/large' ? large : small));
      });
      onEnd(() => {
        server.close();
        server.closeAllConnections();
      });
      return listenOnLoopback(server);
    }),
  );
}

/** What the connections did. */
export interface Traffic {
  requests: number;
  failures: number;
}

/** What connections ask for, by their turn. */
export const loads = {
  /** As many requests as possible. */
  small: ['small'],
  /** As many bytes as possible too. */
  mixed: ['small', 'small', 'large', 'upload'],
} as const satisfies Record<string, readonly Request[]>;

type Request = 'small' | 'large' | 'upload';

/** Keeps so many connections busy until the signal aborts: each always has a request under way. */
export function keepBusy(port: number, connections: number, load: keyof typeof loads, signal: AbortSignal): Traffic {
  const kinds: readonly Request[] = loads[load];
  const traffic: Traffic = { requests: 0, failures: 0 };
  const agents = Array.from({ length: connections }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
  for (const [index, agent] of agents.entries()) {
    const run = async (): Promise<void> => {
      while (!signal.aborted) {
        try {
          await send(port, agent, kinds[index % kinds.length] ?? 'small');
          traffic.requests += 1;
        } catch {
          if (!signal.aborted) traffic.failures += 1;
        }
      }
      agent.destroy();
    };
    void run();
  }
  return traffic;
}

async function send(port: number, agent: Agent, kind: Request): Promise<void> {
  const body = kind === 'upload' ? upload : undefined;
  const call = request({
    agent,
    port,
    host: '127.0.0.1',
    method: body === undefined ? 'GET' : 'POST',
    path: kind === 'large' ? '/large' : '/small',
    headers: body === undefined ? {} : { 'content-length': body.length },
  });
  call.end(body);
  const [response] = await once(call, 'response');
  if (response.statusCode !== 200) throw new Error(`status ${response.statusCode}`);
  response.resume();
  await once(response, 'end');
}
