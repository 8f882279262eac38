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
export interface HeldRequest {
  readonly head: Buffer;
  /** Keeps a copy of a part of the body that was sent, if it may be sent again. */
  addSent(bytes: Buffer): void;
  /** Keeps a copy of a part of the body that could not be sent yet. */
  addUnsent(bytes: Buffer): void;
  /** The body as far as it came. Undefined = part of it is gone. */
  body(): Buffer | undefined;
  /** All of it was sent; from now on keeps only what may be sent again. */
  sent(): void;
  readonly whole: boolean;
}

export function holdRequest(headText: string, repeatable: boolean): HeldRequest {
  const head = Buffer.from(headText, 'latin1');
  let parts: Buffer[] = [];
  let length = 0;
  let whole = true;

  function add(bytes: Buffer): void {
    if (bytes.length === 0) return;
    length += bytes.length;
    parts.push(Buffer.from(bytes));
  }

  function drop(): void {
    parts = [];
    whole = false;
  }

  return {
    head,
    addSent(bytes) {
      if (!whole) return;
      if (bytes.length > 0 && (!repeatable || length + bytes.length > heldLimitBytes)) drop();
      else add(bytes);
    },
    // Note: without a limit, as dropping it would lose it. The client is paused meanwhile, so this stays one read.
    addUnsent: add,
    body: () => (whole ? Buffer.concat(parts) : undefined),
    sent() {
      if (!repeatable || length > heldLimitBytes) drop();
    },
    get whole() {
      return whole;
    },
  };
}
