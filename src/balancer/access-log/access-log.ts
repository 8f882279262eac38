import type { Metrics } from '../metrics/metrics.ts';
import type { TryWrite } from '../log/standard-output.ts';
import { createPendingLines, type PendingLines } from './pending-lines.ts';

/** What both kinds of lines tell. */
interface Entry {
  readonly listener: string;
  /** The client's address. */
  readonly client: string;
  /** Undefined: it came to none. */
  readonly backend: string | undefined;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Backends that it was at. */
  readonly tries: number;
}

/** An HTTP request that is over. */
export interface RequestEntry extends Entry {
  readonly method: string;
  /** The target; what follows a `?` is left out here. */
  readonly target: string;
  /** Undefined: no answer went out. */
  readonly status: number | undefined;
  /** The answer went out whole, or the connection that was upgraded ended. */
  readonly complete: boolean;
  readonly milliseconds: number;
}

/** A TCP connection that is over. */
export interface SessionEntry extends Entry {
  readonly milliseconds: number;
}

/** pino's number for `info`, as in the log beside this one. */
const level = 30;

const longestPath = 1024;
const longestMethod = 64;

/** One line of JSON for each request and each TCP connection, or for a share of them. */
export class AccessLog {
  /** 0 = off. A plain value, as each request looks at it. */
  samplePercent = 0;
  private readonly lines: PendingLines;
  private readonly random: () => number;
  private readonly time: () => number;

  /** @param time milliseconds of the wall clock */
  constructor(tryWrite: TryWrite, metrics: Metrics, random: () => number, time: () => number) {
    const dropped = metrics.counter(
      'gatewaypool_balancer_access_log_dropped_total',
      'Lines of the access log that were dropped because standard output took no more.',
    );
    this.lines = createPendingLines(tryWrite, () => dropped.add());
    this.random = random;
    this.time = time;
  }

  /** Whether this one is to be written down. By chance: a count would go in step with the rotation, and always meet the same backend. */
  samples(): boolean {
    return this.samplePercent !== 0 && this.random() * 100 < this.samplePercent;
  }

  request({ listener, client, method, target, status, complete, milliseconds, ...rest }: RequestEntry): void {
    this.add({
      msg: 'Answered a request',
      listener,
      client,
      method: method.slice(0, longestMethod),
      path: pathOf(target),
      status: status ?? null,
      complete,
      durationMilliseconds: rounded(milliseconds),
      ...after(rest),
    });
  }

  session({ listener, client, milliseconds, ...rest }: SessionEntry): void {
    this.add({
      msg: 'Ended a session',
      listener,
      client,
      connectedSeconds: rounded(milliseconds / 1000),
      ...after(rest),
    });
  }

  flush(): void {
    this.lines.flush();
  }

  private add(entry: object): void {
    this.lines.add(`${JSON.stringify({ level, time: this.time(), ...entry })}\n`);
  }
}

function after({ backend, bytesIn, bytesOut, tries }: Omit<Entry, 'listener' | 'client'>): object {
  return { backend: backend ?? null, bytesIn, bytesOut, tries };
}

/** Without the query: in a PAM gateway's requests it may hold secrets. */
function pathOf(target: string): string {
  const query = target.indexOf('?');
  return target.slice(0, Math.min(longestPath, query === -1 ? target.length : query));
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
