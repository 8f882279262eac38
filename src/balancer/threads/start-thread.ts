import { Worker } from 'node:worker_threads';
import { dataThreadWord } from '../arguments.ts';
import { type FromThread, parseFromThread, type ThreadData, type ToThread } from './protocol.ts';

/** A thread as the control plane has it. */
export interface Thread {
  post(message: ToThread): void;
  /** Resolves when it has ended. Idempotent. */
  end(): Promise<void>;
}

export interface ThreadEvents {
  readonly onMessage: (message: FromThread) => void;
  /** It has ended, told to or not. `reason`: for people. */
  readonly onEnd: (reason: string) => void;
}

export type StartThread = (data: ThreadData, events: ThreadEvents) => Thread;

/** Starts threads that run this script. It finds `ThreadData` in its `workerData`. */
export function workerThreads(program: string): StartThread {
  return (data, { onMessage, onEnd }) => {
    const worker = new Worker(program, { workerData: data, argv: [dataThreadWord] });
    let reason: string | undefined;
    worker.on('message', (message: unknown) => onMessage(parseFromThread(message)));
    worker.on('error', (error) => {
      reason = error instanceof Error ? error.message : String(error);
    });
    worker.on('exit', (code) => onEnd(reason ?? `it ended with code ${code}`));
    return {
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
      post: (message) => worker.postMessage(message),
      end: async () => {
        await worker.terminate();
      },
    };
  };
}
