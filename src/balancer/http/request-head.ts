import { connectionHidesFraming, type Field, listOf, parseFields, valuesOf } from './fields.ts';
import { declaredFraming, type Framing } from './framing.ts';

/** A request head that is safe to pass on: exactly one reading of it is possible. */
export interface RequestHead {
  readonly method: string;
  /** In origin form (`/path?query`), or `*` for OPTIONS. */
  readonly target: string;
  readonly version: '1.0' | '1.1';
  readonly fields: readonly Field[];
  readonly framing: Framing;
  /** The client asked for another protocol by Connection and Upgrade: RFC 9110 §7.8. */
  readonly upgrade: boolean;
  /** The client wants this connection to end after the response, or cannot keep it. */
  readonly close: boolean;
}

/** Why a head was refused: the status to answer, and a sentence for the client. */
export interface Refusal {
  readonly status: 400 | 405 | 431 | 505;
  readonly reason: string;
}

export type RequestHeadResult = { readonly head: RequestHead } | { readonly refusal: Refusal };

/** What a Host may hold: a name or address with an optional port, no list, path or user information (RFC 9110 §7.2). */
const hostForm = /^(?:[A-Za-z0-9\-._~!$&'()*+;=%]+|\[[0-9A-Fa-f:.]+\])(?::\d{0,5})?$/;

/** Checks a request head strictly by RFC 9112. `text` is all of it, latin1, without the empty line at its end. */
export function parseRequestHead(text: string): RequestHeadResult {
  const [requestLine = '', ...fieldLines] = text.split('\r\n');
  const line = parseRequestLine(requestLine);
  if ('status' in line) return { refusal: line };
  const fields = parseFields(fieldLines);
  if (fields === undefined) return refuse('a header line is not well-formed');

  const { method, version } = line;
  const hosts = valuesOf(fields, 'host');
  const [host] = hosts;
  if (hosts.length > 1) return refuse('more than one Host');
  if (host === undefined ? version === '1.1' : !hostForm.test(host))
    return refuse('Host is missing or not well-formed');
  const target = originForm(line.target, method, host);
  if (target === undefined) return refuse('the request target is not well-formed, or contradicts Host');

  const framing = declaredFraming(fields);
  if (framing === undefined) return refuse('the length of the body is ambiguous');
  if (version === '1.0' && framing !== 'Absent' && framing.kind === 'Chunked') return refuse('HTTP/1.0 with chunks');
  if (connectionHidesFraming(fields)) return refuse('Connection names a field that must be passed on');

  const body: Framing = framing === 'Absent' ? { kind: 'None' } : framing;
  const connection = listOf(fields, 'connection');
  const upgrade = version === '1.1' && connection.includes('upgrade') && upgradeProtocol(fields) !== undefined;
  if (upgrade && body.kind !== 'None') return refuse('an upgrade request with a body');
  const close = version === '1.0' || connection.includes('close');
  return { head: { method, target, version, fields, framing: body, upgrade, close } };
}

/** The protocol to switch to. Not h2c: prior knowledge of it would carry requests past every check here. */
export function upgradeProtocol(fields: readonly Field[]): string | undefined {
  const protocols = listOf(fields, 'upgrade');
  return protocols.length === 0 || protocols.includes('h2c') ? undefined : protocols.join(', ');
}

interface RequestLine {
  readonly method: string;
  readonly target: string;
  readonly version: '1.0' | '1.1';
}

const requestLineForm = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+) ([\x21\x22\x24-\x7e]+) HTTP\/(\d)\.(\d)$/;

function parseRequestLine(line: string): RequestLine | Refusal {
  const [, method, target, major, minor] = requestLineForm.exec(line) ?? [];
  if (method === undefined || target === undefined)
    return { status: 400, reason: 'the request line is not well-formed' };
  if (method === 'CONNECT') return { status: 405, reason: 'this is not a tunnel: CONNECT is not allowed' };
  if (major !== '1' || (minor !== '0' && minor !== '1')) return { status: 505, reason: 'only HTTP/1.0 and HTTP/1.1' };
  return { method, target, version: minor === '0' ? '1.0' : '1.1' };
}

/** A server must accept the absolute form too (RFC 9112 §3.2.2); here only where it agrees with Host. */
function originForm(target: string, method: string, host: string | undefined): string | undefined {
  if (target.startsWith('/')) return target;
  if (target === '*') return method === 'OPTIONS' ? target : undefined;
  const [, authority, path] = /^https?:\/\/([^/?]+)(.*)$/i.exec(target) ?? [];
  if (authority === undefined || path === undefined || authority.toLowerCase() !== host?.toLowerCase())
    return undefined;
  return path.startsWith('/') ? path : `/${path}`;
}

function refuse(reason: string): RequestHeadResult {
  return { refusal: { status: 400, reason } };
}

/**
 * Whether what came of a head so far, without its last line if that is not complete, can still become a good one. Lets a bad request be
 * answered at once instead of at the end of its time.
 */
export function plausibleRequestStart(text: string): boolean {
  const [requestLine, ...rest] = text.split('\r\n');
  if (rest.length === 0 || requestLine === undefined) return !text.includes('\n');
  const fieldLines = rest.slice(0, -1);
  return (
    !('status' in parseRequestLine(requestLine)) &&
    parseFields(fieldLines) !== undefined &&
    !(rest.at(-1) ?? '').includes('\n')
  );
}
