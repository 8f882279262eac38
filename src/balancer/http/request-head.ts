import { connectionHidesFraming, type Fields, listOf, parseFields, valuesOf } from './fields.ts';
import { declaredFraming, type Framing } from './framing.ts';

/** A request head that is safe to pass on: exactly one reading of it is possible. */
export interface RequestHead {
  readonly method: string;
  /** In origin form (`/path?query`), or `*` for OPTIONS. */
  readonly target: string;
  readonly version: '1.0' | '1.1';
  readonly fields: Fields;
  readonly framing: Framing;
  /** The members of Connection, in lower case. */
  readonly connection: readonly string[];
  /** What the client asks to switch to by Connection and Upgrade: RFC 9110 §7.8. */
  readonly upgrade: string | undefined;
  /** The client wants this connection to end after the response, or cannot keep it. */
  readonly close: boolean;
}

/** Why a head was refused: the status to answer, and a sentence for the client. */
export interface Refusal {
  readonly status: 400 | 405 | 431 | 505;
  readonly reason: string;
}

const noBody: Framing = { kind: 'None' };

/** What a Host may hold: a name or address with an optional port, no list, path or user information (RFC 9110 §7.2). */
const hostForm = /^(?:[A-Za-z0-9\-._~!$&'()*+;=%]+|\[[0-9A-Fa-f:.]+\])(?::\d{0,5})?$/;

/** Checks a request head strictly by RFC 9112. `text` is all of it, latin1, without the empty line at its end. */
export function parseRequestHead(text: string): RequestHead | Refusal {
  const line = parseRequestLine(text);
  if ('status' in line) return line;
  const { method, version } = line;
  const fields = parseFields(text, line.end);
  if (fields === undefined) return refuse('a header line is not well-formed');

  const hosts = valuesOf(fields, 'host');
  const [host] = hosts;
  if (hosts.length > 1) return refuse('more than one Host');
  if (host === undefined ? version === '1.1' : !hostForm.test(host))
    return refuse('Host is missing or not well-formed');
  const target = originForm(line.target, method, host);
  if (target === undefined) return refuse('the request target is not well-formed, or contradicts Host');

  const declared = declaredFraming(fields);
  if (declared === undefined) return refuse('the length of the body is ambiguous');
  if (version === '1.0' && declared !== 'Absent' && declared.kind === 'Chunked') return refuse('HTTP/1.0 with chunks');
  const connection = listOf(fields, 'connection');
  if (connectionHidesFraming(connection)) return refuse('Connection names a field that must be passed on');

  const framing = declared === 'Absent' ? noBody : declared;
  const upgrade = version === '1.1' && connection.includes('upgrade') ? upgradeProtocol(fields) : undefined;
  if (upgrade !== undefined && framing.kind !== 'None') return refuse('an upgrade request with a body');
  const close = version === '1.0' || connection.includes('close');
  return { method, target, version, fields, framing, connection, upgrade, close };
}

/** Not h2c: prior knowledge of it would carry requests past every check here. */
function upgradeProtocol(fields: Fields): string | undefined {
  const protocols = listOf(fields, 'upgrade');
  return protocols.length === 0 || protocols.includes('h2c') ? undefined : protocols.join(', ');
}

interface RequestLine {
  readonly method: string;
  readonly target: string;
  readonly version: '1.0' | '1.1';
  /** Where the first field begins. */
  readonly end: number;
}

const requestLineForm = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+ [\x21\x22\x24-\x7e]+ HTTP\/\d\.\d(?:\r\n|$)/y;

/** The length of `HTTP/1.1`. */
const versionLength = 8;

function parseRequestLine(text: string): RequestLine | Refusal {
  requestLineForm.lastIndex = 0;
  if (!requestLineForm.test(text)) return { status: 400, reason: 'the request line is not well-formed' };
  const end = requestLineForm.lastIndex;
  const methodEnd = text.indexOf(' ');
  const targetEnd = text.indexOf(' ', methodEnd + 1);
  const method = text.slice(0, methodEnd);
  const version = text.slice(targetEnd + 1, targetEnd + 1 + versionLength);
  if (method === 'CONNECT') return { status: 405, reason: 'this is not a tunnel: CONNECT is not allowed' };
  if (version !== 'HTTP/1.1' && version !== 'HTTP/1.0') return { status: 505, reason: 'only HTTP/1.0 and HTTP/1.1' };
  const target = text.slice(methodEnd + 1, targetEnd);
  return { method, target, version: version === 'HTTP/1.1' ? '1.1' : '1.0', end };
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

function refuse(reason: string): Refusal {
  return { status: 400, reason };
}

/**
 * Whether what came of a head so far, without its last line if that is not complete, can still become a good one. Lets a bad request be
 * answered at once instead of at the end of its time.
 */
export function plausibleRequestStart(text: string): boolean {
  const complete = text.lastIndexOf('\r\n');
  if (text.includes('\n', complete === -1 ? 0 : complete + 2)) return false;
  if (complete === -1) return true;
  const whole = text.slice(0, complete);
  const line = parseRequestLine(whole);
  return !('status' in line) && parseFields(whole, line.end) !== undefined;
}
