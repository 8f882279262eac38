import type { Target } from '../backend.ts';
import type { HeadLimits } from '../http/head-limits.ts';
import { PartialHead } from '../http/partial-head.ts';
import { ResponseHead } from '../http/response-head.ts';
import { incomplete, malformed } from '../http/verdicts.ts';
import { Wire, type WireHandler } from '../transport/wire.ts';

const limits: HeadLimits = { headBytes: 16_384, headFields: 100 };

/** A backend that answers, and does not call itself broken, is well: 404 or 401 for the path asked is still an answer. */
const firstBadStatus = 500;

/**
 * Asks a target over a new connection. True = a response head below 500 came in time. Never rejects; `signal` ends it as failed.
 */
export function checkHttp(
  target: Target,
  path: string,
  timeoutMilliseconds: number,
  signal: AbortSignal,
): Promise<boolean> {
  return new Promise((resolve) => {
    const head = new ResponseHead();
    const collected = new PartialHead();
    const finish = (passed: boolean): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      wire.destroy();
      resolve(passed);
    };
    const abort = (): void => finish(false);
    const handler: WireHandler = {
      onConnected: () => {
        wire.write(Buffer.from(requestText(target, path), 'latin1'));
        wire.resume();
      },
      onBytes: (bytes, start, end) => {
        if (!collected.add(bytes, start, end, limits)) return;
        const next = head.read(collected.bytes, collected.start, collected.end, limits, false);
        if (next !== incomplete) finish(next !== malformed && head.status < firstBadStatus);
      },
      onEnd: abort,
      onDrained: () => {},
      onClosed: abort,
    };
    const wire = Wire.connect(target.address, target.port, limits.headBytes, handler, target.dial);
    const timer = setTimeout(abort, timeoutMilliseconds);
    signal.addEventListener('abort', abort);
  });
}

function requestText(target: Target, path: string): string {
  const host = target.address.includes(':') ? `[${target.address}]` : target.address;
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: ${host}:${target.port}`,
    'User-Agent: gatewaypool-health-check',
    'Connection: close',
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}
