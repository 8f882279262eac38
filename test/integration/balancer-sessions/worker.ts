import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { PodNetwork, Place } from './pod-network.ts';

/** A program of this folder that runs in a namespace, and does one thing after the other as it is told on its stdin. */
export interface Worker {
  /** @throws Error with what the program says when it failed, or ended */
  call(name: string, ...args: readonly unknown[]): Promise<unknown>;
  stop(): Promise<void>;
}

export async function startWorker(options: {
  readonly network: PodNetwork;
  readonly place: Place;
  /** A file of this folder. */
  readonly program: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Starts what follows on its command line. */
  readonly by?: readonly string[];
}): Promise<Worker> {
  const { network, place, program, env = {}, by = [] } = options;
  const line = [...by, process.execPath, join(import.meta.dirname, program)];
  const [command = '', ...args] = network.inside(place, line);
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...env } });
  const exited = once(child, 'exit');
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let last = Promise.resolve<unknown>(undefined);

  async function ask(name: string, params: readonly unknown[]): Promise<unknown> {
    child.stdin.write(`${JSON.stringify({ name, params })}\n`);
    const answer = await answers.next();
    if (answer.done === true) throw new Error(`${program} ended before it answered ${name}`);
    const { result, error } = JSON.parse(answer.value);
    if (error !== undefined) throw new Error(`${program} could not ${name}: ${error}`);
    return result;
  }

  const worker: Worker = {
    call: (name, ...params) => {
      last = last.then(() => ask(name, params));
      return last;
    },
    stop: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
  await worker.call('beReady');
  return worker;
}

type Task = (...params: never[]) => unknown;

/** The other side: carries out what comes on stdin, and answers with a line for each. `beReady` asks for nothing but an answer. */
export async function work(tasks: Readonly<Record<string, Task>>): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    const { name, params } = JSON.parse(line);
    process.stdout.write(`${JSON.stringify(await carryOut(tasks[name], params))}\n`);
  }
}

async function carryOut(task: Task | undefined, params: never[]): Promise<object> {
  try {
    return { result: (await task?.(...params)) ?? null };
  } catch (error) {
    return { error: String(error) };
  }
}
