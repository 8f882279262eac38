import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Load {
  /** Bodies by how often they came. */
  readonly answers: Map<string, number>;
  readonly failures: string[];
  slowestMilliseconds: number;
  stop(): Promise<void>;
}

/** So many clients, each with a keep-alive connection and always one GET under way. */
export function keepGetting(port: number, clients: number): Load {
  const answers = new Map<string, number>();
  const failures: string[] = [];
  const stopping = new AbortController();
  const load: Load = { answers, failures, slowestMilliseconds: 0, stop: async () => {} };
  const client = async (): Promise<void> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (!stopping.signal.aborted) {
      const started = performance.now();
      try {
        const body = await get(port, agent);
        answers.set(body, (answers.get(body) ?? 0) + 1);
      } catch (error) {
        failures.push(error instanceof Error ? error.message : String(error));
        await sleep(10);
      }
      load.slowestMilliseconds = Math.max(load.slowestMilliseconds, performance.now() - started);
    }
    agent.destroy();
  };
  const all = Promise.all(Array.from({ length: clients }, client));
  load.stop = async () => {
    stopping.abort();
    await all;
  };
  return load;
}

function get(port: number, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request({ port, agent, host: '127.0.0.1', path: '/' }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        body += part;
      });
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve(body);
        else reject(new Error(`${response.statusCode} ${body}`));
      });
    });
    call.on('error', reject);
    call.end();
  });
}
