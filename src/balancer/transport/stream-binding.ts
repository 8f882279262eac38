import { types } from 'node:util';

/** A bare connection's own methods, as Node's sockets use them. */
export interface StreamHandle {
  /** Node calls it after each read; what it gives is where the next read goes, undefined = where the last one went. */
  onread: OnStreamRead;
  /** Writes what it can at once and queues the rest; gives 0 or the system's error as a negative number. */
  writeBuffer(request: WriteRequest, bytes: Uint8Array): number;
}

export type OnStreamRead = (this: StreamHandle, bytes: unknown) => Uint8Array | undefined;

/** Stands for one write. Node calls `oncomplete` only when some of it was queued; until then it may stand for the next one too. */
export interface WriteRequest {
  oncomplete: (this: WriteRequest, status: number) => void;
}

/** What Node's core shares with its sockets, and publishes to nobody. */
export interface StreamBinding {
  /** How the last call went: numbers at the two places below. */
  readonly state: Int32Array;
  /** Octets that were read; 0 or less = an end, an error, or nothing. */
  readonly readAt: number;
  /** Not 0: some of the last write was queued. */
  readonly queuedAt: number;
  newRequest(oncomplete: WriteRequest['oncomplete']): WriteRequest;
}

/**
 * Finds the binding: by `process.binding`, which is deprecated (https://nodejs.org/api/deprecations.html#DEP0111) but there from Node 20
 * to 26. Undefined where it is not as we know it.
 */
export function findStreamBinding(host: object = process): StreamBinding | undefined {
  const binding = call(host, 'binding', ['stream_wrap']);
  if (typeof binding !== 'object' || binding === null) return undefined;
  const state: unknown = Reflect.get(binding, 'streamBaseState');
  const readAt: unknown = Reflect.get(binding, 'kReadBytesOrError');
  const queuedAt: unknown = Reflect.get(binding, 'kLastWriteWasAsync');
  const Request: unknown = Reflect.get(binding, 'WriteWrap');
  if (!types.isInt32Array(state) || !isIndex(readAt, state) || !isIndex(queuedAt, state)) return undefined;
  if (typeof Request !== 'function') return undefined;
  return {
    state,
    readAt,
    queuedAt,
    newRequest: (oncomplete) => Object.assign(Reflect.construct(Request, []), { oncomplete }),
  };
}

export function isStreamHandle(handle: unknown): handle is StreamHandle {
  if (typeof handle !== 'object' || handle === null) return false;
  return (
    typeof Reflect.get(handle, 'onread') === 'function' && typeof Reflect.get(handle, 'writeBuffer') === 'function'
  );
}

function call(host: object, name: string, args: readonly unknown[]): unknown {
  const method: unknown = Reflect.get(host, name);
  if (typeof method !== 'function') return undefined;
  try {
    return Reflect.apply(method, host, args);
  } catch {
    return undefined;
  }
}

function isIndex(value: unknown, state: Int32Array): value is number {
  return typeof value === 'number' && value in state;
}
