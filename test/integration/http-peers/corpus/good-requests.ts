import { chunked, get, head, post } from './messages.ts';

/** A message as a backend must see it. */
export interface Seen {
  readonly method: string;
  readonly target: string;
  readonly body: string;
}

/** Bytes that every strict recipient takes for the same requests. */
export interface Good {
  readonly name: string;
  readonly section: string;
  /** Latin1. */
  readonly bytes: string;
  readonly seen: readonly Seen[];
  /** The client's connection ends with the last response. */
  readonly closes?: boolean;
}

const seenGet: Seen = { method: 'GET', target: '/a', body: '' };
const seenPost = (body: string): Seen => ({ method: 'POST', target: '/a', body });
const to = (requestLine: string, host = 'gateway.example') => head(`${requestLine} HTTP/1.1`, `Host: ${host}`);
const allBytes = String.fromCharCode(...Array.from({ length: 256 }, (_, code) => code));

const target = 'RFC 9112 §3.2';
const host = 'RFC 9110 §7.2';
const value = 'RFC 9110 §5.5';
const chunks = 'RFC 9112 §7.1';
const pipeline = 'RFC 9112 §9.3.2';

export const goodRequests: readonly Good[] = [
  { name: 'a GET', section: 'RFC 9112 §2.1', bytes: get(), seen: [seenGet] },
  {
    name: 'a GET with a body',
    section: 'RFC 9110 §9.3.1',
    bytes: `${get('Content-Length: 1')}a`,
    seen: [{ ...seenGet, body: 'a' }],
  },
  ...['HEAD', 'OPTIONS', 'DELETE', 'PUT', 'PATCH', 'PURGE', "!#$%&'*+-.^_`|~", 'get'].map((method) => ({
    name: `the method ${method}`,
    section: 'RFC 9110 §9.1',
    bytes: to(`${method} /a`),
    seen: [{ method, target: '/a', body: '' }],
  })),
  {
    name: 'a path with percent codes and dots',
    section: target,
    bytes: to('GET /%2e%2E/../a//b;c=d'),
    seen: [{ ...seenGet, target: '/%2e%2E/../a//b;c=d' }],
  },
  {
    name: 'a query of many characters',
    section: target,
    bytes: to("GET /a?b=c&d=%00?/:@!$'()*+,;"),
    seen: [{ ...seenGet, target: "/a?b=c&d=%00?/:@!$'()*+,;" }],
  },
  {
    name: 'a path of two slashes',
    section: target,
    bytes: to('GET //other.example/a'),
    seen: [{ ...seenGet, target: '//other.example/a' }],
  },
  {
    name: 'the absolute form',
    section: 'RFC 9112 §3.2.2',
    bytes: to('GET http://gateway.example/a?b'),
    seen: [{ ...seenGet, target: '/a?b' }],
  },
  {
    name: 'the absolute form in capitals',
    section: 'RFC 9110 §4.2.3',
    bytes: to('GET HTTP://GATEWAY.example/a'),
    seen: [seenGet],
  },
  {
    name: 'the absolute form without a path',
    section: 'RFC 9110 §4.2.3',
    bytes: to('GET http://gateway.example'),
    seen: [{ ...seenGet, target: '/' }],
  },
  {
    name: 'the absolute form with only a query',
    section: 'RFC 9110 §4.2.3',
    bytes: to('GET http://gateway.example?b'),
    seen: [{ ...seenGet, target: '/?b' }],
  },
  {
    name: 'the absolute form with a port',
    section: 'RFC 9112 §3.2.2',
    bytes: to('GET http://[::1]:80/a', '[::1]:80'),
    seen: [seenGet],
  },
  {
    name: 'OPTIONS for the server',
    section: 'RFC 9112 §3.2.4',
    bytes: to('OPTIONS *'),
    seen: [{ method: 'OPTIONS', target: '*', body: '' }],
  },
  {
    name: 'OPTIONS for the server in absolute form',
    section: 'RFC 9112 §3.2.4',
    bytes: to('OPTIONS http://gateway.example'),
    seen: [{ method: 'OPTIONS', target: '*', body: '' }],
  },
  ...[
    'a',
    'a.b-c_d~e',
    'gateway.example:8080',
    'gateway.example:',
    '192.0.2.1:80',
    '[2001:db8::1]',
    'g%C3%A4.example',
    "!$&'()*+;=",
  ].map((name) => ({
    name: `the Host ${name}`,
    section: host,
    bytes: to('GET /a', name),
    seen: [seenGet],
  })),
  { name: 'an empty line before the request', section: 'RFC 9112 §2.2', bytes: `\r\n${get()}`, seen: [seenGet] },
  { name: 'two empty lines before the request', section: 'RFC 9112 §2.2', bytes: `\r\n\r\n${get()}`, seen: [seenGet] },
  { name: 'no blank behind the colon', section: 'RFC 9112 §5', bytes: get('X:a'), seen: [seenGet] },
  { name: 'blanks and tabs around a value', section: value, bytes: get('X: \t a b\t \t'), seen: [seenGet] },
  { name: 'an empty value', section: value, bytes: get('X:', 'Y: \t'), seen: [seenGet] },
  { name: 'bytes beyond ASCII in a value', section: value, bytes: get('X: \x80\xff\xa0'), seen: [seenGet] },
  {
    name: 'every character of a name',
    section: 'RFC 9110 §5.6.2',
    bytes: get("!#$%&'*+-.^_`|~09azAZ: a"),
    seen: [seenGet],
  },
  { name: 'colons and quotes in a value', section: value, bytes: get('X: a:b;"c,\\"d'), seen: [seenGet] },
  {
    name: '100 fields',
    section: 'RFC 9110 §5.4',
    bytes: get(...Array.from({ length: 99 }, (_, index) => `X-${index}: a`)),
    seen: [seenGet],
  },
  { name: 'a field of 8 kB', section: 'RFC 9110 §5.4', bytes: get(`X: ${'a'.repeat(8192)}`), seen: [seenGet] },
  {
    name: 'names in capitals',
    section: 'RFC 9110 §5.1',
    bytes: `${head('POST /a HTTP/1.1', 'HOST: a', 'CONTENT-LENGTH: 1')}a`,
    seen: [seenPost('a')],
  },

  { name: 'an empty body', section: 'RFC 9110 §8.6', bytes: post('Content-Length: 0'), seen: [seenPost('')] },
  { name: 'a POST without a length', section: 'RFC 9112 §6.3', bytes: post(), seen: [seenPost('')] },
  {
    name: 'a body of every byte',
    section: 'RFC 9112 §6',
    bytes: `${post('Content-Length: 256')}${allBytes}`,
    seen: [seenPost(allBytes)],
  },
  {
    name: 'a length with leading zeros',
    section: 'RFC 9110 §8.6',
    bytes: `${post('Content-Length: 0003')}abc`,
    seen: [seenPost('abc')],
  },
  {
    name: 'a length with blanks around it',
    section: 'RFC 9110 §5.5',
    bytes: `${post('Content-Length: \t3 ')}abc`,
    seen: [seenPost('abc')],
  },
  {
    name: 'a body that looks like a request',
    section: 'RFC 9112 §6',
    bytes: `${post(`Content-Length: ${get().length}`)}${get()}`,
    seen: [seenPost(get())],
  },
  {
    name: 'a body of 100 kB',
    section: 'RFC 9112 §6',
    bytes: `${post('Content-Length: 102400')}${'a'.repeat(102_400)}`,
    seen: [seenPost('a'.repeat(102_400))],
  },

  { name: 'no chunk but the last', section: chunks, bytes: chunked('0\r\n\r\n'), seen: [seenPost('')] },
  { name: 'chunks', section: chunks, bytes: chunked('3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n'), seen: [seenPost('abcd')] },
  {
    name: 'Chunked in capitals',
    section: 'RFC 9112 §6.1',
    bytes: `${post('Transfer-Encoding: CHUNKED')}0\r\n\r\n`,
    seen: [seenPost('')],
  },
  {
    name: 'chunked between tabs, which goes on without them',
    section: 'RFC 9110 §5.6.3',
    bytes: `${post('Transfer-Encoding:\tchunked \t')}1\r\na\r\n0\r\n\r\n`,
    seen: [seenPost('a')],
  },
  {
    name: 'a length with zeros and tabs, which goes on without them',
    section: 'RFC 9110 §8.6',
    bytes: `${post('Content-Length:\t010\t')}0123456789`,
    seen: [seenPost('0123456789')],
  },
  {
    name: 'OPTIONS that may take one more hop',
    section: 'RFC 9110 §7.6.2',
    bytes: head('OPTIONS /a HTTP/1.1', 'Host: gateway.example', 'Max-Forwards: 1'),
    seen: [{ ...seenGet, method: 'OPTIONS' }],
  },
  {
    name: 'sizes in both cases with zeros',
    section: chunks,
    bytes: chunked(`00a\r\n${'a'.repeat(10)}\r\nA\r\n${'b'.repeat(10)}\r\n000\r\n\r\n`),
    seen: [seenPost('a'.repeat(10) + 'b'.repeat(10))],
  },
  {
    name: 'a chunk of every byte',
    section: chunks,
    bytes: chunked(`100\r\n${allBytes}\r\n0\r\n\r\n`),
    seen: [seenPost(allBytes)],
  },
  {
    name: 'a chunk that looks like chunks',
    section: chunks,
    bytes: chunked('d\r\n0\r\n\r\nGET / H\r\r\n0\r\n\r\n'),
    seen: [seenPost('0\r\n\r\nGET / H\r')],
  },
  {
    name: 'a chunk of 70 kB',
    section: chunks,
    bytes: chunked(`11800\r\n${'a'.repeat(71_680)}\r\n0\r\n\r\n`),
    seen: [seenPost('a'.repeat(71_680))],
  },
  {
    name: 'trailers',
    section: 'RFC 9112 §7.1.2',
    bytes: chunked('1\r\na\r\n0\r\nX-Sum: 1\r\nX-More:\r\n\r\n'),
    seen: [seenPost('a')],
  },
  {
    name: 'chunks in a GET',
    section: 'RFC 9110 §9.3.1',
    bytes: `${get('Transfer-Encoding: chunked')}1\r\na\r\n0\r\n\r\n`,
    seen: [{ ...seenGet, body: 'a' }],
  },

  { name: 'two requests', section: pipeline, bytes: get() + get(), seen: [seenGet, seenGet] },
  {
    name: 'an empty line between two requests',
    section: 'RFC 9112 §2.2',
    bytes: `${get()}\r\n${get()}`,
    seen: [seenGet, seenGet],
  },
  {
    name: 'requests of all framings',
    section: pipeline,
    bytes: `${post('Content-Length: 3')}abc${chunked('2\r\nde\r\n0\r\n\r\n')}${get()}${chunked('0\r\nX: a\r\n\r\n')}${post()}`,
    seen: [seenPost('abc'), seenPost('de'), seenGet, seenPost(''), seenPost('')],
  },
  {
    name: 'twenty requests',
    section: pipeline,
    bytes: get().repeat(20),
    seen: Array.from({ length: 20 }, () => seenGet),
  },
  {
    name: 'HEAD before GET',
    section: 'RFC 9112 §6.3',
    bytes: to('HEAD /a') + get(),
    seen: [{ ...seenGet, method: 'HEAD' }, seenGet],
  },

  {
    name: 'Connection: close',
    section: 'RFC 9112 §9.6',
    bytes: get('Connection: close'),
    seen: [seenGet],
    closes: true,
  },
  {
    name: 'nothing behind Connection: close',
    section: 'RFC 9112 §9.6',
    bytes: get('Connection: close') + get(),
    seen: [seenGet],
    closes: true,
  },
  {
    name: 'close among other members',
    section: 'RFC 9110 §7.6.1',
    bytes: get('Connection: X-A , ,CLOSE'),
    seen: [seenGet],
    closes: true,
  },
  {
    name: 'close in a second Connection',
    section: 'RFC 9110 §5.3',
    bytes: get('Connection: keep-alive', 'Connection: close'),
    seen: [seenGet],
    closes: true,
  },
  { name: 'HTTP/1.0', section: 'RFC 9112 §9.3', bytes: head('GET /a HTTP/1.0'), seen: [seenGet], closes: true },
  {
    name: 'HTTP/1.0 with a body',
    section: 'RFC 9112 §6.3',
    bytes: `${head('POST /a HTTP/1.0', 'Content-Length: 1')}a`,
    seen: [seenPost('a')],
    closes: true,
  },
  {
    name: 'h2c as a plain request',
    section: 'RFC 9110 §7.8',
    bytes: get('Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__'),
    seen: [seenGet],
  },
  {
    name: 'an upgrade that is not taken',
    section: 'RFC 9110 §7.8',
    bytes: get('Connection: Upgrade', 'Upgrade: websocket'),
    seen: [seenGet],
  },
  {
    name: 'Upgrade that Connection does not name',
    section: 'RFC 9110 §7.8',
    bytes: `${post('Upgrade: websocket', 'Content-Length: 1')}a`,
    seen: [seenPost('a')],
  },
  {
    name: 'Expect',
    section: 'RFC 9110 §10.1.1',
    bytes: `${post('Expect: 100-continue', 'Content-Length: 1')}a`,
    seen: [seenPost('a')],
  },
];
