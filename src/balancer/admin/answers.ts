import type { AdminOptions, ProbeResult } from './admin.ts';

type Status = 200 | 400 | 404 | 405 | 431 | 503 | 505;

const reasons: Readonly<Record<Status, string>> = {
  200: 'OK',
  400: 'Bad Request',
  404: 'Not Found',
  405: 'Method Not Allowed',
  431: 'Request Header Fields Too Large',
  503: 'Service Unavailable',
  505: 'HTTP Version Not Supported',
};

interface Answer {
  readonly status: Status;
  readonly type: string;
  readonly body: string;
}

const drainedPath = '/drained';

/** Whether the answer may take as long as it takes. */
export function isHeld(target: string): boolean {
  return pathOf(target) === drainedPath;
}

/** The whole response to a request for `target`; HEAD gets it without the body. `gone` aborts when nobody waits for it any more. */
export async function answerAdmin(
  options: AdminOptions,
  method: string,
  target: string,
  gone: AbortSignal,
): Promise<Buffer> {
  return print(await answer(options, method, target, gone), method === 'HEAD');
}

/** The whole response to what is no request that we understand. */
export function refuseAdmin(status: Status, sentence: string): Buffer {
  return print(text(status, sentence), false);
}

function answer(
  { probes, sessions, metrics, drained }: AdminOptions,
  method: string,
  target: string,
  gone: AbortSignal,
): Answer | Promise<Answer> {
  const path = pathOf(target);
  const routes = new Map<string, () => Answer | Promise<Answer>>([
    ['/started', async () => probeAnswer(await probes.started())],
    ['/ready', async () => probeAnswer(await probes.ready())],
    ['/live', () => probeAnswer(probes.live())],
    ['/sessions', async () => json(await sessions())],
    [
      '/metrics',
      async () => ({ status: 200, type: 'text/plain; version=0.0.4; charset=utf-8', body: await metrics() }),
    ],
  ]);
  if (drained !== undefined) {
    routes.set(drainedPath, async () => {
      await drained(gone);
      return text(200, 'The gateway may be stopped.');
    });
  }
  const route = routes.get(path);
  if (route === undefined) return text(404, `No such path. There is ${[...routes.keys()].join(', ')}.`);
  if (method !== 'GET' && method !== 'HEAD') return text(405, 'Only GET: nothing can be changed here.');
  return route();
}

function pathOf(target: string): string {
  const [path = ''] = target.split('?');
  return path;
}

function json(value: object): Answer {
  return { status: 200, type: 'application/json', body: `${JSON.stringify(value)}\n` };
}

function probeAnswer({ ok, message }: ProbeResult): Answer {
  return text(ok ? 200 : 503, message);
}

function text(status: Status, sentence: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', body: `${sentence}\n` };
}

function print({ status, type, body }: Answer, bodiless: boolean): Buffer {
  const lines = [
    `HTTP/1.1 ${status} ${reasons[status]}`,
    `Content-Type: ${type}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    ...(status === 405 ? ['Allow: GET, HEAD'] : []),
    'Connection: close',
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${bodiless ? '' : body}`);
}
