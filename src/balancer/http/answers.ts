/** Statuses that the balancer answers by itself. */
export type OwnStatus = 200 | 400 | 405 | 408 | 431 | 502 | 503 | 504 | 505;

const reasons: Readonly<Record<OwnStatus, string>> = {
  200: 'OK',
  400: 'Bad Request',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
  505: 'HTTP Version Not Supported',
};

/** After this time a pool that was empty may have a backend again: Retry-After, RFC 9110 §10.2.3. */
const retryAfterSeconds = 1;

/** A response of our own. Always the last on its connection: what else came on it cannot be trusted, or has nowhere to go. */
export function ownAnswer(status: OwnStatus, sentence: string, bodiless: boolean): Buffer {
  const body = `${sentence}\n`;
  const lines = [
    `HTTP/1.1 ${status} ${reasons[status]}`,
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(status === 503 ? [`Retry-After: ${retryAfterSeconds}`] : []),
    ...(status === 405 || status === 200 ? ['Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'] : []),
    'Connection: close',
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${bodiless ? '' : body}`);
}
