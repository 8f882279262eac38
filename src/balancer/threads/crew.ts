import type { Logger } from '../../kube/logger.ts';
import type { Clock } from '../../kube/clock.ts';
import type { Answer, FromThread, Question, ThreadData, ToThread } from './protocol.ts';
import type { StartThread, Thread } from './start-thread.ts';

export interface CrewOptions {
  readonly start: StartThread;
  /** For each thread what it is born with. */
  readonly data: readonly ThreadData[];
  readonly clock: Clock;
  readonly logger: Logger;
  /** What a thread says by itself. */
  readonly onMessage: (thread: number, message: Exclude<FromThread, { kind: 'Answer' }>) => void;
  /** A thread died. Everything that it had is lost. */
  readonly onLost: (thread: number) => void;
  /** A thread runs in the place of one that died: it knows nothing. */
  readonly onReplaced: (thread: number) => void;
}

/** Threads that are kept running. */
export interface Crew {
  /** How many run. */
  readonly running: number;
  /** @param but leaves out this one */
  tell(message: ToThread, but?: number): void;
  tellOne(thread: number, message: ToThread): void;
  /** The answers in the order of the threads; undefined: it died meanwhile, or was silent for so long. */
  ask(question: Question, patienceMilliseconds?: number): Promise<readonly (Answer | undefined)[]>;
  askOne(thread: number, question: Question, patienceMilliseconds?: number): Promise<Answer | undefined>;
  /** From now on no thread is replaced. */
  dismiss(): void;
  /** Ends all threads now. */
  end(): Promise<void>;
}

/** A thread that lived shorter is not replaced at once: what ended it may do so again. */
const shortLifeMilliseconds = 10_000;
const pauseMilliseconds = 1000;

export function createCrew(options: CrewOptions): Crew {
  const { start, data, clock, logger, onMessage, onLost, onReplaced } = options;
  const threads: (Thread | undefined)[] = data.map(() => undefined);
  const dismissed = new AbortController();
  /** By the number of the question. */
  const asked = new Map<number, { readonly thread: number; readonly settle: (answer?: Answer) => void }>();
  let lastId = 0;

  function run(thread: number): void {
    const born = data[thread];
    if (born === undefined) return;
    const startedAt = clock.monotonicMilliseconds();
    threads[thread] = start(born, {
      onMessage(message) {
        if (message.kind === 'Answer') asked.get(message.id)?.settle(message.answer);
        else onMessage(thread, message);
      },
      onEnd: (reason) => void ended(thread, reason, clock.monotonicMilliseconds() - startedAt),
    });
  }

  async function ended(thread: number, reason: string, lifeMilliseconds: number): Promise<void> {
    threads[thread] = undefined;
    for (const { thread: owner, settle } of asked.values()) if (owner === thread) settle();
    if (dismissed.signal.aborted) return;
    logger.error(
      { thread, reason },
      'A thread ended by an unexpected error: its connections are lost, another one starts',
    );
    onLost(thread);
    if (lifeMilliseconds < shortLifeMilliseconds) await clock.sleep(pauseMilliseconds, dismissed.signal);
    if (dismissed.signal.aborted) return;
    run(thread);
    onReplaced(thread);
  }

  async function askOne(
    thread: number,
    question: Question,
    patienceMilliseconds?: number,
  ): Promise<Answer | undefined> {
    const member = threads[thread];
    if (member === undefined) return undefined;
    lastId += 1;
    const id = lastId;
    const settled = new AbortController();
    const answer = new Promise<Answer | undefined>((resolve) => {
      asked.set(id, { thread, settle: resolve });
      member.post({ kind: 'Ask', id, question });
      const patience = patienceMilliseconds ?? Number.POSITIVE_INFINITY;
      if (patience < Number.POSITIVE_INFINITY)
        void clock.sleep(patience, settled.signal).then(() => resolve(undefined));
    });
    try {
      return await answer;
    } finally {
      settled.abort();
      asked.delete(id);
    }
  }

  for (const thread of data.keys()) run(thread);

  return {
    get running() {
      return threads.filter((thread) => thread !== undefined).length;
    },
    tell(message, but) {
      for (const [index, thread] of threads.entries()) if (index !== but) thread?.post(message);
    },
    tellOne: (thread, message) => threads[thread]?.post(message),
    ask: (question, patience) => Promise.all([...threads.keys()].map((thread) => askOne(thread, question, patience))),
    askOne,
    dismiss: () => dismissed.abort(),
    async end() {
      dismissed.abort();
      await Promise.all(threads.filter((thread) => thread !== undefined).map((thread) => thread.end()));
    },
  };
}
