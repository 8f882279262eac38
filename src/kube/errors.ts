import { isRecord } from './json.ts';

/** What went wrong between us and the API server. `Status` carries the server's own answer; the rest never reached one. */
export type KubeErrorCode = 'Status' | 'Timeout' | 'Aborted' | 'Connection' | 'BadResponse' | 'Credentials';

/** One field that the API server refused: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

/** The one error class of this layer: says what was tried, on what, and how it failed. Never holds a request body. */
export class KubeError extends Error {
  override readonly name = 'KubeError';
  readonly code: KubeErrorCode;
  /** HTTP status; 0 when there was no response. */
  readonly status: number;
  /** metav1.Status reason, such as `Conflict` or `AlreadyExists`; empty when there was none. */
  readonly reason: string;
  readonly causes: readonly StatusCause[];
  readonly retryAfterSeconds: number | undefined;

  constructor(
    message: string,
    fields: {
      code: KubeErrorCode;
      status?: number;
      reason?: string;
      causes?: readonly StatusCause[];
      retryAfterSeconds?: number | undefined;
      cause?: unknown;
    },
  ) {
    super(message, { cause: fields.cause });
    this.code = fields.code;
    this.status = fields.status ?? 0;
    this.reason = fields.reason ?? '';
    this.causes = fields.causes ?? [];
    this.retryAfterSeconds = fields.retryAfterSeconds;
  }
}

/** The message of anything that was thrown. Asks for the shape, not the class, which has one identity per realm. */
export function messageOf(thrown: unknown): string {
  return isRecord(thrown) && typeof thrown['message'] === 'string' ? thrown['message'] : String(thrown);
}

/** What is thrown by anything but this layer is a bug or a broken answer; it gets the same shape, so that one handler serves all. */
export function asKubeError(thrown: unknown, tried: string): KubeError {
  if (thrown instanceof KubeError) return thrown;
  return new KubeError(`${tried} failed: ${messageOf(thrown)}`, { code: 'BadResponse', cause: thrown });
}

/** 404. */
export function isNotFound(error: unknown): boolean {
  return error instanceof KubeError && error.status === 404;
}

/** 409 because the object changed since it was read (not because it exists already). */
export function isConflict(error: unknown): boolean {
  return error instanceof KubeError && error.status === 409 && error.reason !== 'AlreadyExists';
}

/** 409 because an object of that name exists. */
export function isAlreadyExists(error: unknown): boolean {
  return error instanceof KubeError && error.reason === 'AlreadyExists';
}

/** 422: the API server's validation or an admission policy refused the object. */
export function isInvalid(error: unknown): boolean {
  return error instanceof KubeError && error.status === 422;
}

/** 422 because the write named the uid of an object that is gone, or has a successor: for the API server, a change of an immutable field. */
export function isOtherUid(error: unknown): boolean {
  return error instanceof KubeError && isInvalid(error) && error.causes.some(({ field }) => field === 'metadata.uid');
}

/** 410: the resource version is too old to watch or to continue a list from. */
export function isGone(error: unknown): boolean {
  return error instanceof KubeError && error.status === 410;
}

/** The server's data is older than the resource version we named: a replica that lags, or etcd restored from a backup. */
export function isFutureResourceVersion(error: unknown): boolean {
  if (!(error instanceof KubeError)) return false;
  return (
    error.causes.some(({ reason }) => reason === 'ResourceVersionTooLarge') ||
    error.message.includes('Too large resource version')
  );
}
