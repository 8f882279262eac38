import type { Target } from '../backend.ts';
import { createHeadReader } from '../http/head-reader.ts';
import { parseResponseHead } from '../http/response-head.ts';
import { Wire } from '../transport/wire.ts';

const headBytes = 16_384;

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
    const reader = createHeadReader(headBytes);
    const finish = (passed: boolean): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      wire.destroy();
      resolve(passed);
    };
    const abort = (): void => finish(false);
    const wire = Wire.connect(target.address, target.port, headBytes, {
      onConnected: () => {
        wire.write(Buffer.from(requestText(target, path), 'latin1'));
        wire.resume();
      },
      onBytes: (bytes) => {
        const whole = reader.push(bytes);
        if (whole === 'More') return;
        const head = whole === 'TooLarge' ? undefined : parseResponseHead(whole.text, 'GET');
        finish(head !== undefined && head.status < firstBadStatus);
      },
      onEnd: abort,
      onDrained: () => {},
      onClosed: abort,
    });
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
