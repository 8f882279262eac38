import { valuesOf } from './fields.ts';
import type { RequestHead } from './request-head.ts';

/** Bodies up to this size are kept, so that the request can be sent again. */
const heldLimitBytes = 65_536;

/** RFC 9110 §9.2.2. */
const idempotentMethods = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE']);

/**
 * May be sent a second time although a backend may have worked on it: RFC 9110 §9.2.2 forbids that to a proxy for other methods,
 * unless it knows better: https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
 */
export function isRepeatable(head: RequestHead): boolean {
  return (
    head.upgrade === undefined &&
    (idempotentMethods.has(head.method) || valuesOf(head.fields, 'idempotency-key').length > 0)
  );
}

/** What is in our hands of a request: all of it, or no longer all of it. */
export class HeldRequest {
  /** As it is sent, latin1. */
  readonly head: string;
  readonly #repeatable: boolean;
  #parts: Buffer[] | undefined;
  #length = 0;
  #whole = true;

  constructor(head: string, repeatable: boolean) {
    this.head = head;
    this.#repeatable = repeatable;
  }

  /** False: part of it is gone, so it cannot be sent again. */
  get whole(): boolean {
    return this.#whole;
  }

  /** Keeps a copy of a part of the body that was sent, if it may be sent again. */
  addSent(bytes: Buffer): void {
    if (!this.#whole || bytes.length === 0) return;
    if (!this.#repeatable || this.#length + bytes.length > heldLimitBytes) this.#drop();
    else this.addUnsent(bytes);
  }

  /**
   * Keeps a copy of a part of the body that could not be sent yet. Note: without a limit, as dropping it would lose it. The client is
   * paused meanwhile, so this stays one read.
   */
  addUnsent(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#length += bytes.length;
    this.#parts ??= [];
    this.#parts.push(Buffer.from(bytes));
  }

  /** The body as far as it came. Undefined = part of it is gone. */
  body(): Buffer | undefined {
    if (!this.#whole) return undefined;
    return this.#parts === undefined ? nothing : Buffer.concat(this.#parts);
  }

  /** All of it was sent; from now on keeps only what may be sent again. */
  sent(): void {
    if (this.#length > heldLimitBytes || (!this.#repeatable && this.#length > 0)) this.#drop();
  }

  #drop(): void {
    this.#parts = undefined;
    this.#whole = false;
  }
}

const nothing = Buffer.alloc(0);
