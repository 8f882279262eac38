import { type Fault, type Field, membersOf, type ReadingLimits, readFields, token, valuesOf } from './field-lines.ts';

/** How the end of a body is found: RFC 9112 §6. */
export type BodyLength = { readonly bytes: number } | 'Chunked';

export interface Head {
  readonly method: string;
  /** As a server gets it: the origin form, or `*`. */
  readonly target: string;
  readonly version: string;
  readonly fields: readonly Field[];
  readonly length: BodyLength;
  /** Nothing that follows on this connection is a request. */
  readonly last: boolean;
}

interface RequestLine {
  readonly method: string;
  readonly target: string;
  readonly version: string;
}

/** Says whether the whole lines of a head that is not yet whole can still become a good one. */
export function faultOfStart(lines: readonly string[], limits: ReadingLimits): Fault | undefined {
  const [requestLine, ...fieldLines] = lines;
  if (requestLine === undefined) return undefined;
  const line = readRequestLine(requestLine);
  if ('fault' in line) return line;
  const fields = readFields(fieldLines, limits);
  return 'fault' in fields ? fields : undefined;
}

function readRequestLine(text: string): RequestLine | Fault {
  const parts = text.split(' ');
  const [method = '', target = '', version = ''] = parts;
  if (parts.length !== 3) return { fault: 'RFC 9112 §3: a request line that is not of three parts' };
  if (!token.test(method)) return { fault: 'RFC 9112 §3.1: a method that is no token' };
  if (!/^HTTP\/\d\.\d$/.test(version)) return { fault: 'RFC 9112 §2.3: a version that is none' };
  if (version !== 'HTTP/1.1' && version !== 'HTTP/1.0') return { fault: 'RFC 9110 §15.6.6: another version' };
  if (method === 'CONNECT') return { fault: 'RFC 9110 §9.3.6: no tunnels here' };
  return { method, target, version };
}

/** Reads a request head, without the empty line at its end, as strictly as RFC 9112 and RFC 9110 allow. */
export function readHead(text: string, limits: ReadingLimits): Head | Fault {
  // RFC 9112 §2.2: no recipient may take a bare CR for a line end, and one that takes a bare LF reads other messages than we do.
  const lines = text.split('\r\n');
  if (lines.some((line) => /[\r\n\0]/.test(line))) return { fault: 'RFC 9112 §2.2: a bare CR or LF, or NUL' };
  const [requestLine = '', ...fieldLines] = lines;
  const line = readRequestLine(requestLine);
  if ('fault' in line) return line;
  const { method, target, version } = line;
  const fields = readFields(fieldLines, limits);
  if ('fault' in fields) return fields;
  const old = version === 'HTTP/1.0';
  const host = readHost(fields, old);
  if (typeof host !== 'string') return host;
  const readTarget = readRequestTarget(method, target, host);
  if (typeof readTarget !== 'string') return readTarget;
  const length = readLength(fields, old);
  if (length !== 'Chunked' && 'fault' in length) return length;

  const connection = membersOf(fields, 'connection');
  if (connection.some((name) => ['content-length', 'transfer-encoding', 'host'].includes(name))) {
    return { fault: 'RFC 9110 §7.6.1: Connection names a field for all recipients' };
  }
  const hops = method === 'OPTIONS' || method === 'TRACE' ? valuesOf(fields, 'max-forwards') : [];
  if (hops.length > 1 || hops.some((value) => !/^\d{1,15}$/.test(value))) {
    return { fault: 'RFC 9110 §7.6.2: Max-Forwards that is not one number' };
  }
  if (hops.some((value) => Number(value) < limits.leastHops)) return { fault: 'RFC 9110 §7.6.2: no hop is left' };
  const upgrades = !old && connection.includes('upgrade') && isOtherProtocol(membersOf(fields, 'upgrade'));
  if (upgrades && (length === 'Chunked' || length.bytes > 0)) {
    return { fault: 'RFC 9110 §7.8: the body of an upgrade could be read in two protocols' };
  }
  return { method, target: readTarget, version, fields, length, last: old || connection.includes('close') };
}

/** h2c is never passed on (RFC 9113 §3.1 made it obsolete), so it is no upgrade. */
function isOtherProtocol(protocols: readonly string[]): boolean {
  return protocols.length > 0 && !protocols.includes('h2c');
}

const registeredName = /^(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+$/;

/** RFC 9110 §7.2, RFC 9112 §3.2: exactly one, a host with an optional port. Empty text for a request of HTTP/1.0 without one. */
function readHost(fields: readonly Field[], old: boolean): string | Fault {
  const hosts = valuesOf(fields, 'host');
  const [host] = hosts;
  if (hosts.length > 1) return { fault: 'RFC 9112 §3.2: more than one Host' };
  if (host === undefined) return old ? '' : { fault: 'RFC 9112 §3.2: no Host' };
  const [, name = '', port = ''] = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/s.exec(host) ?? [];
  const isName = name.startsWith('[') ? /^\[[0-9A-Fa-f:.]+\]$/.test(name) : registeredName.test(name);
  // A comma may stand in a registered name, but a list is what two merged Host fields look like.
  if (!isName || name.includes(',') || !/^\d{0,5}$/.test(port)) return { fault: 'RFC 9112 §3.2: a Host that is none' };
  return host;
}

/** RFC 9112 §3.2. */
function readRequestTarget(method: string, target: string, host: string): string | Fault {
  if (!/^[\x21-\x7e]+$/.test(target)) return { fault: 'RFC 9112 §3.2: a control character or blank in the target' };
  if (target.includes('#')) return { fault: 'RFC 9112 §3.2: a fragment' };
  if (target.startsWith('/')) return target;
  if (target === '*') return method === 'OPTIONS' ? target : { fault: 'RFC 9112 §3.2.4: * is for OPTIONS' };
  const [, authority = '', path = ''] = /^https?:\/\/([^/?]*)(.*)$/i.exec(target) ?? [];
  if (authority === '') return { fault: 'RFC 9112 §3.2: a target of no form' };
  if (authority.toLowerCase() !== host.toLowerCase())
    return { fault: 'RFC 9112 §3.2.2: a target that contradicts Host' };
  if (path === '' && method === 'OPTIONS') return '*';
  return path.startsWith('/') ? path : `/${path}`;
}

/** RFC 9112 §6.3. A length of more than 15 digits is no number that every recipient can hold. */
function readLength(fields: readonly Field[], old: boolean): BodyLength | Fault {
  const codings = valuesOf(fields, 'transfer-encoding');
  const lengths = valuesOf(fields, 'content-length');
  const [coding] = codings;
  const [length] = lengths;
  if (codings.length > 0 && lengths.length > 0) return { fault: 'RFC 9112 §6.3: Content-Length and Transfer-Encoding' };
  if (codings.length > 1) return { fault: 'RFC 9112 §6.1: more than one Transfer-Encoding' };
  if (coding !== undefined && old) return { fault: 'RFC 9112 §6.1: Transfer-Encoding in HTTP/1.0' };
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') return { fault: 'RFC 9112 §6.1: an unknown coding' };
  if (coding !== undefined) return 'Chunked';
  if (lengths.length > 1) return { fault: 'RFC 9110 §8.6: more than one Content-Length' };
  if (length === undefined) return { bytes: 0 };
  return /^\d{1,15}$/.test(length)
    ? { bytes: Number(length) }
    : { fault: 'RFC 9110 §8.6: a Content-Length that is no number' };
}
