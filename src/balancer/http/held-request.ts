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
  return !head.upgrade && (idempotentMethods.has(head.method) || valuesOf(head.fields, 'idempotency-key').length > 0);
}

/** What is in our hands of a request: all of it, or no longer all of it. */
export interface HeldRequest {
  /** Takes a copy of a part of the body. */
  add(bytes: Buffer): void;
  /** Everything to send on a new connection: the head, and the body as far as it came. Undefined = part of it is gone. */
  bytes(): Buffer | undefined;
  /** It was sent; from now on keeps only what may be sent again. */
  sent(): void;
  readonly whole: boolean;
}

export function holdRequest(headText: string, repeatable: boolean): HeldRequest {
  let parts: Buffer[] = [Buffer.from(headText, 'latin1')];
  let length = 0;
  let whole = true;
  let unsent = true;

  function drop(): void {
    parts = [];
    whole = false;
  }

  return {
    add(bytes) {
      if (!whole || bytes.length === 0) return;
      length += bytes.length;
      // Not sent yet: dropping it would lose it. The client is paused meanwhile, so this stays one read.
      if (!unsent && length > heldLimitBytes) drop();
      else parts.push(Buffer.from(bytes));
    },
    bytes: () => (whole ? Buffer.concat(parts) : undefined),
    sent() {
      unsent = false;
      if (!repeatable || length > heldLimitBytes) drop();
    },
    get whole() {
      return whole;
    },
  };
}
