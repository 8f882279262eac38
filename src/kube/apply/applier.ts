import type { KubeClient } from '../client.ts';
import { isAlreadyExists, isOtherUid, KubeError } from '../errors.ts';
import { keyOf, type KubeObject, type ResourceType } from '../object.ts';
import { compareResourceVersions } from '../resource-version.ts';
import { AppliedIntents } from './applied-intents.ts';
import { intentHash } from './intent-hash.ts';
import { takeOver } from './managed-fields.ts';
import type { ApplierMetrics } from './metrics.ts';
import { assertOwned, controllerOf } from './ownership.ts';
import { isUpToDate } from './up-to-date.ts';

export interface ApplierOptions {
  readonly client: KubeClient;
  /** The object of `namespace/name` in the local cache; undefined when the cache has none. Trimmed or metadata-only objects will do. */
  readonly live: (type: ResourceType, key: string) => KubeObject | undefined;
  /**
   * Keep the hash of the intent in this annotation, so that a restarted process need not apply everything again. It needs a cache with
   * the fields that are applied.
   */
  readonly hashAnnotation?: string;
  /** Called with the API server's answer to each write: what the caches have to show before the next decision. */
  readonly onWrite?: (type: ResourceType, object: KubeObject) => void;
  readonly metrics?: ApplierMetrics;
  /** Objects to remember. Default 50,000, about 15 MB. */
  readonly maxEntries?: number;
}

export interface EnsureOptions {
  readonly fieldManager: string;
  /** Change only the object of this uid, and never create one: for objects whose creation is somebody else's decision. */
  readonly expectedUid?: string;
  readonly signal?: AbortSignal;
}

export type EnsureOutcome = 'Created' | 'Applied' | 'Skipped';

interface Task<T extends KubeObject = KubeObject> {
  readonly type: ResourceType;
  readonly key: string;
  /** What we want, with the hash annotation if one is kept. */
  readonly intent: T;
  readonly hash: string;
  readonly options: EnsureOptions;
}

/**
 * Makes objects look as we want them, by server-side apply with force of only our fields, and sends nothing when nothing would change.
 *
 * An object that is not there is created by POST, never by apply: apply would write into a foreign object of that name which the cache
 * does not show. An existing one is applied with its uid, so that it is neither created again when somebody deletes it in between nor
 * confused with its successor.
 */
export class Applier {
  readonly #options: ApplierOptions;
  readonly #intents: AppliedIntents;

  constructor(options: ApplierOptions) {
    this.#options = options;
    this.#intents = new AppliedIntents(options.maxEntries ?? 50_000);
  }

  /**
   * Brings one object to its intent. A controller reference in the intent is also the right to change the object.
   *
   * @throws ForeignObjectError when an object of that name exists and has another controller, or none. Nothing was changed then.
   * @throws KubeError 409 `Conflict` (or 404) when the object was deleted or replaced in the meantime: try again.
   */
  async ensure(type: ResourceType, object: KubeObject, options: EnsureOptions): Promise<EnsureOutcome> {
    const task = this.#taskOf(type, object, options);
    const live = this.#options.live(type, task.key);
    if (live === undefined) return this.#ensureMissing(task);

    this.#assertMayChange(task, live);
    const { hash, intent } = task;
    const { hashAnnotation } = this.#options;
    const applied = this.#intents.get(keyInCache(task));
    const expected = options.expectedUid === undefined || options.expectedUid === live.metadata.uid;
    if (expected && isUpToDate({ intent, hash, live, applied, hashAnnotation })) {
      this.#remember(task, live, applied?.tookOver === true && applied.uid === live.metadata.uid);
      this.#options.metrics?.hit(type.kind);
      return 'Skipped';
    }
    this.#options.metrics?.miss(type.kind);
    return this.#apply(task, live);
  }

  /**
   * Creates an object by POST and remembers it, so that the next `ensure` with the same intent sends nothing.
   *
   * @throws KubeError 409 `AlreadyExists`
   */
  async create<T extends KubeObject>(type: ResourceType, object: T, options: EnsureOptions): Promise<T> {
    return this.#create(this.#taskOf(type, object, options));
  }

  async #create<T extends KubeObject>(task: Task<T>): Promise<T> {
    const created = await this.#options.client.create(task.type, task.intent, callOptions(task));
    this.#written(task, created, false);
    return created;
  }

  /** The cache has no object of this name: there is none, or it is new, or the cache leaves out what is not ours. */
  async #ensureMissing(task: Task): Promise<EnsureOutcome> {
    this.#options.metrics?.miss(task.type.kind);
    if (task.options.expectedUid === undefined) {
      try {
        await this.#create(task);
        return 'Created';
      } catch (error) {
        if (!isAlreadyExists(error)) throw error;
      }
    }
    const live = await this.#read(task);
    this.#assertMayChange(task, live);
    return this.#apply(task, live);
  }

  async #apply(task: Task, live: KubeObject): Promise<EnsureOutcome> {
    const { type, intent, options } = task;
    const uid = options.expectedUid ?? live.metadata.uid;
    if (!this.#hasTakenOver(task, uid)) await this.#takeOver(task, live, uid);

    const body = { ...intent, metadata: { ...intent.metadata, ...(uid === undefined ? {} : { uid }) } };
    try {
      const answer = await this.#options.client.apply(type, body, { ...callOptions(task), force: true });
      this.#written(task, answer, true);
      return 'Applied';
    } catch (error) {
      throw isOtherUid(error) ? replaced(task, error) : error;
    }
  }

  /** Before the first apply of an object, and not after it: a dropped field must go in the same write, or a pod restarts twice. */
  async #takeOver(task: Task, cached: KubeObject, uid: string | undefined): Promise<void> {
    const { type, options } = task;
    const live = cached.metadata.managedFields === undefined ? await this.#read(task) : cached;
    if (live.metadata.uid !== uid) throw replaced(task);
    const managedFields = takeOver(live.metadata.managedFields ?? [], options.fieldManager);
    if (managedFields === undefined) return;

    // With the resourceVersion: managed fields that changed in between must not be overwritten.
    const { resourceVersion } = live.metadata;
    const patch = { metadata: { uid, resourceVersion, managedFields } };
    await this.#options.client.mergePatch(type, live.metadata, patch, callOptions(task));
  }

  #hasTakenOver(task: Task, uid: string | undefined): boolean {
    const applied = this.#intents.get(keyInCache(task));
    return applied?.tookOver === true && applied.uid === uid;
  }

  #assertMayChange(task: Task, live: KubeObject): void {
    const owner = controllerOf(task.intent);
    // Note: items of a list come without a kind, so the type says it.
    if (owner !== undefined) assertOwned({ ...live, kind: task.type.kind }, owner);
  }

  #read(task: Task): Promise<KubeObject> {
    const { signal } = task.options;
    return this.#options.client.get(task.type, task.intent.metadata, signal === undefined ? {} : { signal });
  }

  #written(task: Task, answer: KubeObject, tookOver: boolean): void {
    this.#remember(task, answer, tookOver);
    this.#options.onWrite?.(task.type, answer);
  }

  #remember(task: Task, object: KubeObject, tookOver: boolean): void {
    const { uid = '', resourceVersion = '', generation } = object.metadata;
    const known = this.#intents.get(keyInCache(task));
    // A cache that lags must not take back what the API server's last answer showed.
    if (known?.uid === uid && known.hash === task.hash && isOlder(resourceVersion, known.resourceVersion)) return;
    this.#intents.set(keyInCache(task), { uid, hash: task.hash, resourceVersion, generation, tookOver });
  }

  #taskOf<T extends KubeObject>(type: ResourceType, object: T, options: EnsureOptions): Task<T> {
    const hash = intentHash(object);
    const { hashAnnotation } = this.#options;
    const intent = hashAnnotation === undefined ? object : annotated(object, hashAnnotation, hash);
    return { type, key: keyOf(object), intent, hash, options };
  }
}

function keyInCache(task: Task): string {
  return `${task.type.group}/${task.type.plural}/${task.key}`;
}

function callOptions(task: Task): { fieldManager: string; signal?: AbortSignal } {
  const { fieldManager, signal } = task.options;
  return signal === undefined ? { fieldManager } : { fieldManager, signal };
}

function annotated<T extends KubeObject>(object: T, annotation: string, value: string): T {
  const annotations = { ...object.metadata.annotations, [annotation]: value };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

function isOlder(a: string, b: string): boolean {
  return (compareResourceVersions(a, b) ?? 0) < 0;
}

/** What the API server itself answers to an apply with the uid of an object that is gone. */
function replaced(task: Task, cause?: unknown): KubeError {
  return new KubeError(
    `Did not apply ${task.type.kind} ${task.key}: it was deleted and created again in the meantime`,
    { code: 'Status', status: 409, reason: 'Conflict', cause },
  );
}
