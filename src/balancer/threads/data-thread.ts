import type { MessagePort } from 'node:worker_threads';
import type { Logger } from '../../kube/logger.ts';
import type { Clock } from '../../kube/clock.ts';
import { createDataPlane } from '../create-data-plane.ts';
import { ListenError } from '../data-plane.ts';
import type { TryWrite } from '../log/standard-output.ts';
import { createMetrics } from '../metrics/text-metrics.ts';
import { Ledger } from './ledger.ts';
import { listenerMemory, type ListenerMemory } from './listener-memory.ts';
import { NameTable } from './name-table.ts';
import {
  type Answer,
  type FromThread,
  parseToThread,
  type Question,
  type ThreadData,
  type ToThread,
} from './protocol.ts';
import { threadShares } from './thread-shares.ts';

export interface DataThreadOptions {
  readonly port: Pick<MessagePort, 'postMessage' | 'on'>;
  readonly data: ThreadData;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  readonly tryWrite: TryWrite;
}

/** One thread that carries bytes: a data plane which does as the control plane's messages say, and tells it what others should know. */
export function runDataThread(options: DataThreadOptions): void {
  const { port, data, clock, random, logger, tryWrite } = options;
  const { thread, threads, ownName } = data;
  const metrics = createMetrics();
  const ledger = new Ledger(new NameTable(data.names), threads, data.ledger);
  const send = (message: FromThread): void => port.postMessage(message);
  let memories: ReadonlyMap<string, SharedArrayBuffer> = new Map();
  const cutOff = new AbortController();
  const freed = new Set<number>();

  function memoryOf(listener: string): ListenerMemory {
    const memory = memories.get(listener);
    if (memory === undefined) throw new Error(`There is no shared memory for the listener at ${listener}`);
    return listenerMemory(memory);
  }

  /** Once for all sessions that end in one turn. */
  function tellPlaceFreed(other: number): void {
    if (freed.has(other)) return;
    freed.add(other);
    setImmediate(() => {
      freed.delete(other);
      send({ kind: 'PlaceFreed', thread: other });
    });
  }

  const shares = threadShares({
    thread,
    ledger,
    ownName,
    random,
    memoryOf,
    tell: (listener, news) => send({ kind: 'Tell', listener, news }),
    tellPlaceFreed,
  });
  const dataPlane = createDataPlane({ clock, random, logger, metrics, tryWrite, ownName, shares });

  async function answerTo(question: Question): Promise<Answer> {
    switch (question.kind) {
      case 'Configure':
        ({ memories } = question);
        try {
          await dataPlane.setConfig(question.config);
          return { kind: 'Configured' };
        } catch (error) {
          const code = error instanceof ListenError ? error.code : 'Unknown';
          return { kind: 'Configured', problem: { message: messageOf(error), code } };
        }
      case 'Scrape':
        return { kind: 'Scraped', families: metrics.families() };
      case 'Close':
        await dataPlane.close(question.isCutOff ? AbortSignal.abort() : cutOff.signal);
        return { kind: 'Closed' };
      default:
        throw new Error('There is no other question');
    }
  }

  /** Resolves when the last configuration is in force. */
  let configured = Promise.resolve();

  async function answer(id: number, question: Question): Promise<void> {
    send({ kind: 'Answer', id, answer: await answerTo(question) });
  }

  function obey(message: ToThread): void {
    switch (message.kind) {
      case 'Backends':
        dataPlane.setBackends(message.backends);
        break;
      case 'Draining':
        dataPlane.setDraining(message.draining);
        break;
      case 'Hear':
        // It may be about a listener that is just being opened.
        configured = configured.then(() => dataPlane.hear(message.listener, message.news));
        break;
      case 'PlaceFreed':
        dataPlane.placeFreed();
        break;
      case 'Cut':
        dataPlane.cut();
        break;
      case 'CutOff':
        cutOff.abort();
        break;
      case 'Ask':
        if (message.question.kind === 'Configure')
          configured = configured.then(() => answer(message.id, message.question));
        else void answer(message.id, message.question);
        break;
      default:
    }
  }

  port.on('message', (message: unknown) => obey(parseToThread(message)));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
