import type { ReadonlyStore } from '../../kube/cache/store.ts';
import type { Clock } from '../../kube/clock.ts';
import type { KubeObject } from '../../kube/object.ts';

/** What was asked of which Secrets. Another text makes an answer useless. */
export interface SecretQuestion {
  readonly text: string;
  /** `namespace/name` of each Secret that the answer depends on. */
  readonly secrets: readonly string[];
}

export interface SecretAnswer<T> {
  readonly answer: T;
  /** When to look again although no event came; undefined when the changes of all Secrets are watched. */
  readonly readAgainMilliseconds: number | undefined;
}

interface Known<T> {
  readonly question: string;
  /** By Secret: resourceVersion in the watch's cache before it was read; undefined: it is not watched. */
  readonly watched: readonly (string | undefined)[];
  readonly answer: T;
  readonly readAt: number;
  readonly goodForMilliseconds: number;
}

/** A Secret without the label is not watched: it is read again after this, so that a change is seen at all … */
const unwatchedMilliseconds = 300_000;
/** … and sooner while it is wrong, because somebody is at work on it. */
const unwatchedInvalidMilliseconds = 15_000;

/** Remembers, per pool, what was found out about users' Secrets for as long as nothing can have changed. Never holds a value. */
export class SecretAnswers<T> {
  readonly #watched: ReadonlyStore<KubeObject>;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #known = new Map<string, Known<T>>();

  constructor(options: { watched: ReadonlyStore<KubeObject>; clock: Clock; random: () => number }) {
    this.#watched = options.watched;
    this.#clock = options.clock;
    this.#random = options.random;
  }

  /** undefined: find it out anew. */
  recall(poolUid: string, question: SecretQuestion): SecretAnswer<T> | undefined {
    const known = this.#known.get(poolUid);
    return known !== undefined && this.#isFresh(known, question) ? this.#told(known) : undefined;
  }

  /** Finds it out, and remembers it. @param isGood whether the Secrets are as they should be */
  async learn(
    poolUid: string,
    { text, secrets }: SecretQuestion,
    find: () => Promise<T>,
    isGood: (answer: T) => boolean,
  ): Promise<SecretAnswer<T>> {
    // Note: before the read. What changes meanwhile has another version then.
    const watched = this.#versions(secrets);
    const answer = await find();
    const jitter = 0.8 + 0.4 * this.#random();
    const known: Known<T> = {
      question: text,
      watched,
      answer,
      readAt: this.#clock.monotonicMilliseconds(),
      goodForMilliseconds: jitter * (isGood(answer) ? unwatchedMilliseconds : unwatchedInvalidMilliseconds),
    };
    this.#known.set(poolUid, known);
    return this.#told(known);
  }

  /** The pool is gone. */
  forget(poolUid: string): void {
    this.#known.delete(poolUid);
  }

  #isFresh(known: Known<T>, { text, secrets }: SecretQuestion): boolean {
    const versions = this.#versions(secrets);
    if (known.question !== text || known.watched.some((version, index) => version !== versions[index])) return false;
    return isWatched(known) || this.#clock.monotonicMilliseconds() - known.readAt < known.goodForMilliseconds;
  }

  #told(known: Known<T>): SecretAnswer<T> {
    const { answer, readAt, goodForMilliseconds } = known;
    const left = Math.max(0, readAt + goodForMilliseconds - this.#clock.monotonicMilliseconds());
    return { answer, readAgainMilliseconds: isWatched(known) ? undefined : left };
  }

  #versions(secrets: readonly string[]): (string | undefined)[] {
    return secrets.map((key) => this.#watched.get(key)?.metadata.resourceVersion);
  }
}

/** Note: a Secret that does not exist has no version either, so while one is missing the pool looks again by itself. */
function isWatched({ watched }: Known<unknown>): boolean {
  return watched.every((version) => version !== undefined);
}
