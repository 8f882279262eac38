import { canonicalJson } from '../../kube/canonical-json.ts';
import { checkConfig } from '../../api/config-format/check-config.ts';
import type { ReadonlyStore } from '../../kube/cache/store.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { Clock } from '../../kube/clock.ts';
import { KubeError } from '../../kube/errors.ts';
import type { KubeObject } from '../../kube/object.ts';
import { configHash } from '../render/config-secret.ts';
import type { ConfigCheck } from '../plan/observation.ts';
import type { RenderedPool } from '../render/pool.ts';
import { couldNotRead, readSecret } from './read-secret.ts';
import type { SecretQuestion } from './secret-answers.ts';
import { SecretAnswers } from './secret-answers.ts';

/** What is known of a configuration: its hash, or what is wrong with it. Never its value. */
export type CheckedConfig =
  | { readonly valid: true; readonly hash: string }
  | { readonly valid: false; readonly reason: InvalidConfig['reason']; readonly message: string };

type InvalidConfig = Extract<ConfigCheck, { state: 'Invalid' }>;

export interface ConfigReading {
  readonly config: CheckedConfig;
  /** The value, when it was read in this very call. It is not kept: who needs it later reads again. */
  readonly value: Buffer | undefined;
  /** When to look again although no event came; undefined for a Secret whose changes are watched. */
  readonly readAgainMilliseconds: number | undefined;
}

/** Reads and checks the users' configuration Secrets, as seldom as it can. */
export class ConfigReader {
  readonly #client: KubeClient;
  readonly #answers: SecretAnswers<CheckedConfig>;

  constructor(options: { client: KubeClient; watched: ReadonlyStore<KubeObject>; clock: Clock; random: () => number }) {
    this.#client = options.client;
    this.#answers = new SecretAnswers(options);
  }

  /** From memory when nothing can have changed, else from the API server. @throws KubeError when that does not answer. */
  async check(pool: RenderedPool, signal: AbortSignal): Promise<ConfigReading> {
    const known = this.#answers.recall(pool.uid, questionOf(pool));
    if (known === undefined) return this.read(pool, signal);
    return { config: known.answer, value: undefined, readAgainMilliseconds: known.readAgainMilliseconds };
  }

  /** From the API server. @throws KubeError when that does not answer. */
  async read(pool: RenderedPool, signal: AbortSignal): Promise<ConfigReading> {
    let value: Buffer | undefined;
    const find = async (): Promise<CheckedConfig> => {
      const found = await this.#readNow(pool, signal);
      ({ value } = found);
      return found.config;
    };
    const { answer, readAgainMilliseconds } = await this.#answers.learn(
      pool.uid,
      questionOf(pool),
      find,
      ({ valid }) => valid,
    );
    return { config: answer, value, readAgainMilliseconds };
  }

  /** The pool is gone. */
  forget(poolUid: string): void {
    this.#answers.forget(poolUid);
  }

  async #readNow(
    pool: RenderedPool,
    signal: AbortSignal,
  ): Promise<{ config: CheckedConfig; value: Buffer | undefined }> {
    const { secretName } = pool.spec.config;
    const secret = await readSecret(this.#client, { namespace: pool.namespace, name: secretName }, signal);
    if (secret instanceof KubeError) return { config: notRead(secretName, secret), value: undefined };

    const checked = checkConfig(pool.spec.config, secret);
    if (!checked.valid) return { config: checked, value: undefined };
    return { config: { valid: true, hash: configHash(pool.uid, checked.value) }, value: checked.value };
  }
}

function questionOf({ namespace, spec: { config } }: RenderedPool): SecretQuestion {
  return { text: canonicalJson(config), secrets: [`${namespace}/${config.secretName}`] };
}

function notRead(secretName: string, error: KubeError): CheckedConfig {
  return { valid: false, reason: 'NotRead', message: couldNotRead(secretName, error) };
}
