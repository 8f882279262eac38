import type { Exchange } from './exchange.ts';
import type { HttpContext } from './http-context.ts';
import type { RequestHead } from './request-head.ts';

/** Octets that a client's connection has received from its client, and sent to it. */
export interface Passed {
  readonly received: number;
  readonly sent: number;
}

/** Keeps of a request what the access log tells at its end. Made only for those that it tells of. */
export class RequestRecord {
  private readonly context: HttpContext;
  private readonly client: string;
  private readonly method: string;
  private readonly target: string;
  private readonly beganAt: number;
  private readonly before: Passed;

  /** @param before as it was before the request */
  constructor(context: HttpContext, client: string, head: RequestHead, bytes: Buffer, before: Passed) {
    this.context = context;
    this.client = client;
    this.method = head.method(bytes);
    this.target = head.target(bytes);
    this.beganAt = context.now();
    this.before = before;
  }

  /**
   * @param status of the answer; 0: none went out
   * @param complete all of it went out
   */
  write(status: number, complete: boolean, { backend, tries }: Pick<Exchange, 'backend' | 'tries'>, now: Passed): void {
    const { context, client, method, target, before } = this;
    context.accessLog.request({
      listener: context.listener().name,
      client,
      method,
      target,
      status: status === 0 ? undefined : status,
      complete,
      milliseconds: context.now() - this.beganAt,
      backend,
      tries,
      bytesIn: now.received - before.received,
      bytesOut: now.sent - before.sent,
    });
  }
}
