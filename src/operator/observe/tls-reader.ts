import type { ReadonlyStore } from '../../kube/cache/store.ts';
import { canonicalJson } from '../../kube/canonical-json.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { Clock } from '../../kube/clock.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { TlsCheck } from '../plan/observation.ts';
import type { RenderedPool } from '../render/pool.ts';
import type { TlsFile } from '../render/tls-files.ts';
import { tlsFiles } from '../render/tls-files.ts';
import type { SecretReading } from './check-tls.ts';
import { asOf, checkTls } from './check-tls.ts';
import { readSecret } from './read-secret.ts';
import type { SecretAnswer, SecretQuestion } from './secret-answers.ts';
import { SecretAnswers } from './secret-answers.ts';

/** Reads and checks the Secrets that listeners name, as seldom as it can. No value is kept. */
export class TlsReader {
  readonly #client: KubeClient;
  readonly #clock: Clock;
  readonly #answers: SecretAnswers<TlsCheck>;

  constructor(options: { client: KubeClient; watched: ReadonlyStore<KubeObject>; clock: Clock; random: () => number }) {
    this.#client = options.client;
    this.#clock = options.clock;
    this.#answers = new SecretAnswers(options);
  }

  /** From memory when nothing can have changed, else from the API server. @throws KubeError when that does not answer. */
  async check(pool: RenderedPool, signal: AbortSignal): Promise<SecretAnswer<TlsCheck>> {
    const known = this.#answers.recall(pool.uid, questionOf(pool));
    return known === undefined ? this.read(pool, signal) : { ...known, answer: asOf(known.answer, this.#clock.now()) };
  }

  /** From the API server. @throws KubeError when that does not answer. */
  async read(pool: RenderedPool, signal: AbortSignal): Promise<SecretAnswer<TlsCheck>> {
    const { namespace, uid } = pool;
    const files = tlsFiles(pool.spec);
    const find = async (): Promise<TlsCheck> => {
      const secrets = new Map<string, SecretReading>();
      for (const name of namesOf(files)) secrets.set(name, await readSecret(this.#client, { namespace, name }, signal));
      return checkTls(files, secrets, this.#clock.now());
    };
    return this.#answers.learn(uid, questionOf(pool), find, ({ state }) => state !== 'Invalid');
  }

  /** The pool is gone. */
  forget(poolUid: string): void {
    this.#answers.forget(poolUid);
  }
}

function questionOf({ namespace, spec }: RenderedPool): SecretQuestion {
  const files = tlsFiles(spec);
  return { text: canonicalJson(files), secrets: namesOf(files).map((name) => `${namespace}/${name}`) };
}

function namesOf(files: readonly TlsFile[]): string[] {
  return [...new Set(files.map(({ secretName }) => secretName))];
}
