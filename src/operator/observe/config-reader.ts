import { canonicalJson } from '../../kube/canonical-json.ts';
import { checkConfig } from '../../api/config-format/check-config.ts';
import type { ReadonlyStore } from '../../kube/cache/store.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { Clock } from '../../kube/clock.ts';
import { isNotFound, KubeError } from '../../kube/errors.ts';
import type { KubeObject } from '../../kube/object.ts';
import { configHash } from '../render/config-secret.ts';
import type { ConfigCheck } from '../plan/observation.ts';
import type { RenderedPool } from '../render/pool.ts';
import { secretType } from '../resources.ts';

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

interface Known {
  /** What was asked for: another Secret, key or format makes the answer useless. */
  readonly question: string;
  /** resourceVersion in the watch's cache when the Secret was read; undefined: it is not watched. */
  readonly watched: string | undefined;
  readonly config: CheckedConfig;
  readonly readAt: number;
  readonly goodForMilliseconds: number;
}

/** A Secret without the label is not watched: it is read again after this, so that a rotation is seen at all … */
const unwatchedMilliseconds = 300_000;
/** … and sooner while it is wrong, because somebody is at work on it. */
const unwatchedInvalidMilliseconds = 15_000;

/** Reads and checks the users' configuration Secrets, as seldom as it can. */
export class ConfigReader {
  readonly #client: KubeClient;
  readonly #watched: ReadonlyStore<KubeObject>;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #known = new Map<string, Known>();

  constructor(options: { client: KubeClient; watched: ReadonlyStore<KubeObject>; clock: Clock; random: () => number }) {
    this.#client = options.client;
    this.#watched = options.watched;
    this.#clock = options.clock;
    this.#random = options.random;
  }

  /** From memory when nothing can have changed, else from the API server. @throws KubeError when that does not answer. */
  async check(pool: RenderedPool, signal: AbortSignal): Promise<ConfigReading> {
    const known = this.#known.get(pool.uid);
    if (known !== undefined && this.#isFresh(known, pool)) {
      return { config: known.config, value: undefined, readAgainMilliseconds: this.#left(known) };
    }
    return this.read(pool, signal);
  }

  /** From the API server. @throws KubeError when that does not answer. */
  async read(pool: RenderedPool, signal: AbortSignal): Promise<ConfigReading> {
    const watched = this.#watchedVersion(pool);
    const { config, value } = await this.#readNow(pool, signal);
    const jitter = 0.8 + 0.4 * this.#random();
    const known: Known = {
      question: questionOf(pool),
      watched,
      config,
      readAt: this.#clock.monotonicMilliseconds(),
      goodForMilliseconds: jitter * (config.valid ? unwatchedMilliseconds : unwatchedInvalidMilliseconds),
    };
    this.#known.set(pool.uid, known);
    return { config, value, readAgainMilliseconds: this.#left(known) };
  }

  /** The pool is gone. */
  forget(poolUid: string): void {
    this.#known.delete(poolUid);
  }

  async #readNow(
    pool: RenderedPool,
    signal: AbortSignal,
  ): Promise<{ config: CheckedConfig; value: Buffer | undefined }> {
    const { secretName } = pool.spec.config;
    let data: Record<string, string> | undefined;
    try {
      const key = { namespace: pool.namespace, name: secretName };
      const secret = await this.#client.get<KubeObject & { data?: Record<string, string> }>(secretType, key, {
        signal,
      });
      data = secret.data ?? {};
    } catch (error) {
      if (!(error instanceof KubeError) || error.code !== 'Status') throw error;
      if (!isNotFound(error)) return { config: notRead(secretName, error), value: undefined };
    }

    const checked = checkConfig(pool.spec.config, data);
    if (!checked.valid) return { config: checked, value: undefined };
    return { config: { valid: true, hash: configHash(pool.uid, checked.value) }, value: checked.value };
  }

  #isFresh(known: Known, pool: RenderedPool): boolean {
    if (known.question !== questionOf(pool) || known.watched !== this.#watchedVersion(pool)) return false;
    return (
      known.watched !== undefined || this.#clock.monotonicMilliseconds() - known.readAt < known.goodForMilliseconds
    );
  }

  #left({ watched, readAt, goodForMilliseconds }: Known): number | undefined {
    if (watched !== undefined) return undefined;
    return Math.max(0, readAt + goodForMilliseconds - this.#clock.monotonicMilliseconds());
  }

  #watchedVersion(pool: RenderedPool): string | undefined {
    return this.#watched.get(`${pool.namespace}/${pool.spec.config.secretName}`)?.metadata.resourceVersion;
  }
}

function questionOf(pool: RenderedPool): string {
  return canonicalJson(pool.spec.config);
}

function notRead(secretName: string, error: KubeError): CheckedConfig {
  const advice = error.status === 403 ? '; give the operator the right to get this Secret' : '';
  return {
    valid: false,
    reason: 'NotRead',
    message: `Secret "${secretName}" could not be read: the API server answered ${error.status} ${error.reason}${advice}`,
  };
}
