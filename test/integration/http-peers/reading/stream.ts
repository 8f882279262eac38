import { type Fault, type Field, type ReadingLimits, readFields } from './field-lines.ts';
import { faultOfStart, type Head, readHead } from './head.ts';

/** A request of which every byte came. */
export interface ReadRequest extends Omit<Head, 'length'> {
  /** Without its coding, latin1. */
  readonly body: string;
  readonly trailers: readonly Field[];
  /** The index behind its last byte. */
  readonly end: number;
}

/**
 * What the bytes are behind the last whole request: nothing (or what nobody reads, as the last request ends the connection), the start of
 * a request that may go on well, or something to refuse.
 */
export type Ending = 'Clean' | Started<Part> | (Fault & { readonly part: Part });

type Part = 'Head' | 'Body';

export interface Started<Where extends Part> {
  readonly incomplete: Where;
  /** No further byte makes a request of it: may be refused now, or when it is whole. */
  readonly hopeless?: boolean;
}

export interface Reading {
  readonly requests: readonly ReadRequest[];
  readonly ending: Ending;
}

/** As the balancer's settings are when nobody changes them. */
export const balancerLimits: ReadingLimits = { fields: 100, headBytes: 16_384, leastHops: 1 };

/**
 * The one strict reading of all that a client sent: RFC 9112, and 400 for whatever two recipients could read differently. Written from
 * the text for whole streams, simple rather than fast: it is what the balancer is compared with, so nothing of the balancer is in it.
 */
export function readStream(bytes: string, limits: ReadingLimits = balancerLimits): Reading {
  const requests: ReadRequest[] = [];
  let position = 0;
  for (;;) {
    const start = skipEmptyLines(bytes, position);
    if (start === bytes.length) return { requests, ending: 'Clean' };
    const request = readRequest(bytes, start, limits);
    if ('fault' in request || 'incomplete' in request) return { requests, ending: request };
    requests.push(request);
    if (request.last) return { requests, ending: 'Clean' };
    position = request.end;
  }
}

/** RFC 9112 §2.2: a server should ignore at least one empty line before a request. */
function skipEmptyLines(bytes: string, from: number): number {
  let position = from;
  while (bytes.startsWith('\r\n', position)) position += 2;
  return position;
}

function readRequest(bytes: string, start: number, limits: ReadingLimits): ReadRequest | Exclude<Ending, 'Clean'> {
  const headEnd = bytes.indexOf('\r\n\r\n', start);
  if ((headEnd === -1 ? bytes.length : headEnd) - start > limits.headBytes) {
    return { fault: 'RFC 6585 §5: a head too large', part: 'Head' };
  }
  if (headEnd === -1) {
    const fault = startFault(bytes.slice(start), limits);
    return fault === undefined
      ? { incomplete: 'Head', hopeless: isHopeless(bytes.slice(start)) }
      : { ...fault, part: 'Head' };
  }
  const head = readHead(bytes.slice(start, headEnd), limits);
  if ('fault' in head) return { ...head, part: 'Head' };
  const { length, ...rest } = head;
  const bodyStart = headEnd + 4;
  if (length === 'Chunked') {
    const body = readChunks(bytes, bodyStart, limits);
    if ('fault' in body) return { ...body, part: 'Body' };
    return 'incomplete' in body ? body : { ...rest, ...body };
  }
  const end = bodyStart + length.bytes;
  if (end > bytes.length) return { incomplete: 'Body' };
  return { ...rest, body: bytes.slice(bodyStart, end), trailers: [], end };
}

/** No further byte makes a request of it; it may be refused at once, or when it is whole. */
function isHopeless(start: string): boolean {
  return /^[^!#$%&'*+.^_`|~0-9A-Za-z-]|\r[^\n]|\0/.test(start.replace(/^\r/, ''));
}

/** A head that is not whole is refused only for what no further byte can mend: its whole lines, and a bare LF. */
function startFault(start: string, limits: ReadingLimits): Fault | undefined {
  const lines = start.split('\r\n');
  const partial = lines.pop() ?? '';
  if ([...lines, partial].some((line) => line.includes('\n'))) return { fault: 'RFC 9112 §2.2: a bare LF' };
  return faultOfStart(lines, limits);
}

export type ReadBody = Pick<ReadRequest, 'body' | 'trailers' | 'end'>;

/** RFC 9112 §7.1. Sizes are bare digits: extensions (§7.1.1) end at different places for different recipients. */
export function readChunks(bytes: string, from: number, limits: ReadingLimits): ReadBody | Fault | Started<'Body'> {
  let body = '';
  let position = from;
  for (;;) {
    const [line = '', digits = ''] =
      /^([0-9A-Fa-f]{0,10})(?:\r\n|\r?$)/.exec(bytes.slice(position, position + 12)) ?? [];
    const whole = line.endsWith('\n');
    if (position + line.length < bytes.length && !whole) return { fault: 'RFC 9112 §7.1: a chunk size that is none' };
    if (!whole) return { incomplete: 'Body', hopeless: line === '\r' };
    if (digits === '') return { fault: 'RFC 9112 §7.1: no chunk size' };
    position += line.length;
    const size = Number.parseInt(digits, 16);
    if (size === 0) break;
    body += bytes.slice(position, position + size);
    position += size;
    const lineEnd = bytes.slice(position, position + 2);
    if (!'\r\n'.startsWith(lineEnd)) return { fault: 'RFC 9112 §7.1: a chunk that is longer than its size' };
    if (lineEnd.length < 2) return { incomplete: 'Body' };
    position += 2;
  }
  return withTrailers(bytes, position, body, limits);
}

/** What the start of a trailer can look like. */
const trailerStart = /^(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+(?::[\t\x20-\x7e\x80-\xff]*)?)?\r?$/;

/** RFC 9110 §6.5.1: fields for framing, routing, authentication, request modifiers and content format do not belong behind a message … */
const neverTrailers = `
  content-length transfer-encoding trailer host max-forwards expect
  authorization proxy-authorization www-authenticate proxy-authenticate cookie set-cookie
  content-type content-encoding content-range range`
  // … nor those that each hop takes out or adds to (§7.6), or that say who the client is.
  .concat(' connection keep-alive proxy-connection te upgrade via forwarded x-forwarded-for')
  .split(/\s+/);

function withTrailers(
  bytes: string,
  from: number,
  body: string,
  limits: ReadingLimits,
): ReadBody | Fault | Started<'Body'> {
  const lines: string[] = [];
  for (let position = from; ; ) {
    const lineEnd = bytes.indexOf('\r\n', position);
    const line = bytes.slice(position, lineEnd === -1 ? bytes.length : lineEnd);
    if (position + line.length - from > limits.headBytes) return { fault: 'RFC 6585 §5: trailers too large' };
    if (lineEnd === -1 && !/[\n\0]|\r./s.test(line)) return { incomplete: 'Body', hopeless: !trailerStart.test(line) };
    if (/[\r\n\0]/.test(line)) return { fault: 'RFC 9112 §2.2: a bare CR or LF, or NUL, in the trailers' };
    position = lineEnd + 2;
    if (line === '') {
      const trailers = readFields(lines, limits);
      if ('fault' in trailers) return trailers;
      const wrong = trailers.find(({ name }) => neverTrailers.includes(name));
      if (wrong !== undefined) return { fault: `RFC 9110 §6.5.1: ${wrong.name} as a trailer` };
      return { body, trailers, end: position };
    }
    lines.push(line);
    const soFar = readFields(lines, limits);
    if ('fault' in soFar) return soFar;
  }
}
