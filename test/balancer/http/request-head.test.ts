import { describe, expect, it } from '@jest/globals';
import { forwardRequest, linesOf } from '../../../src/balancer/http/forward-request.ts';
import { HeldRequest } from '../../../src/balancer/http/held-request.ts';
import { RequestHead } from '../../../src/balancer/http/request-head.ts';
import { incomplete, malformed } from '../../../src/balancer/http/verdicts.ts';

const get = (...fields: string[]) => ['GET /a HTTP/1.1', 'Host: gateway.example', ...fields].join('\r\n');

const head = new RequestHead();

/** Reads `text` from somewhere in the middle of other bytes, as it stands in a read buffer. */
function read(text: string, headBytes = 16_384, headFields = 100): { bytes: Buffer; next: number } {
  const bytes = Buffer.from(`before${text}after`, 'latin1');
  const next = head.read(bytes, 6, bytes.length - 5, { headBytes, headFields });
  return { bytes, next: next < 0 ? next : next - 6 };
}

/** What the backend would get, line by line; or the status that the client gets. */
function forwarded(text: string): string[] | number {
  const { bytes, next } = read(`${text}\r\n\r\n`);
  if (next === malformed) return head.refusal.status;
  const held = new HeldRequest();
  forwardRequest(head, bytes, linesOf('192.0.2.7', false, 'XForwarded'), held);
  return held.bytes.toString('latin1', 0, held.end).split('\r\n').slice(0, -2);
}

describe('RequestHead', () => {
  it.each([
    { name: 'a Content-Length beside chunks', text: get('Content-Length: 3', 'Transfer-Encoding: chunked') },
    { name: 'two different lengths', text: get('Content-Length: 3', 'Content-Length: 4') },
    { name: 'one length twice', text: get('Content-Length: 3', 'Content-Length: 3') },
    { name: 'a list of lengths', text: get('Content-Length: 3, 3') },
    { name: 'a signed length', text: get('Content-Length: +3') },
    { name: 'a negative length', text: get('Content-Length: -3') },
    { name: 'a hexadecimal length', text: get('Content-Length: 0x3') },
    { name: 'an empty length', text: get('Content-Length:') },
    { name: 'a length that no number can hold', text: get('Content-Length: 99999999999999999') },
    { name: 'an unknown coding', text: get('Transfer-Encoding: gzip') },
    { name: 'a coding before chunked', text: get('Transfer-Encoding: gzip, chunked') },
    { name: 'chunked twice', text: get('Transfer-Encoding: chunked, chunked') },
    { name: 'two Transfer-Encoding fields', text: get('Transfer-Encoding: chunked', 'Transfer-Encoding: identity') },
    { name: 'an empty coding', text: get('Transfer-Encoding:') },
    { name: 'a disguised coding', text: get('Transfer-Encoding: xchunked') },
    { name: 'a coding behind a vertical tab', text: get('Transfer-Encoding: \x0bchunked') },
    { name: 'a coding with a quoted tail', text: get('Transfer-Encoding: chunked"') },
    { name: 'a blank before the colon', text: get('Content-Length : 3') },
    { name: 'a tab before the colon', text: get('Transfer-Encoding\t: chunked') },
    { name: 'a blank before the name', text: get(' Content-Length: 3') },
    { name: 'a folded line', text: get('X: a', ' b') },
    { name: 'a line without a colon', text: get('Content-Length 3') },
    { name: 'an empty name', text: get(': x') },
    { name: 'a control character in a name', text: get('X\x01: a') },
    { name: 'NUL in a value', text: get('X: a\0b') },
    { name: 'a bare CR in a value', text: get('X: a\rContent-Length: 3') },
    { name: 'a bare LF in a value', text: get('X: a\nContent-Length: 3') },
    { name: 'no Host', text: 'GET /a HTTP/1.1\r\nX: a' },
    { name: 'two Hosts', text: get('Host: other.example') },
    { name: 'an empty Host', text: 'GET /a HTTP/1.1\r\nHost:' },
    { name: 'a list of Hosts', text: 'GET /a HTTP/1.1\r\nHost: a.example, b.example' },
    { name: 'a Host with user information', text: 'GET /a HTTP/1.1\r\nHost: me@a.example' },
    { name: 'a Host with a path', text: 'GET /a HTTP/1.1\r\nHost: a.example/b' },
    { name: 'a Host with a bad port', text: 'GET /a HTTP/1.1\r\nHost: a.example:x' },
    { name: 'a Host with a bad percent code', text: 'GET /a HTTP/1.1\r\nHost: a%zz.example' },
    { name: 'a Host with half a percent code', text: 'GET /a HTTP/1.1\r\nHost: a.example%2' },
    { name: 'a Host with a bare percent sign before its port', text: 'GET /a HTTP/1.1\r\nHost: a.example%:80' },
    { name: 'an asterisk for GET', text: 'GET * HTTP/1.1\r\nHost: a.example' },
    { name: 'a target that is no path', text: 'GET a HTTP/1.1\r\nHost: a.example' },
    { name: 'a fragment', text: 'GET /a#b HTTP/1.1\r\nHost: a.example' },
    { name: 'a blank in the target', text: 'GET /a b HTTP/1.1\r\nHost: a.example' },
    { name: 'two blanks', text: 'GET  /a HTTP/1.1\r\nHost: a.example' },
    { name: 'a byte beyond ASCII in the target', text: 'GET /\xe9 HTTP/1.1\r\nHost: a.example' },
    { name: 'a lower-case version', text: 'GET /a http/1.1\r\nHost: a.example' },
    { name: 'a longer version', text: 'GET /a HTTP/1.10\r\nHost: a.example' },
    { name: 'no version', text: 'GET /a' },
    { name: 'a method with a colon', text: 'GE:T /a HTTP/1.1\r\nHost: a.example' },
    { name: 'an absolute target that contradicts Host', text: 'GET http://b.example/ HTTP/1.1\r\nHost: a.example' },
    { name: 'chunks in HTTP/1.0', text: 'POST /a HTTP/1.0\r\nTransfer-Encoding: chunked' },
    { name: 'Connection hiding Content-Length', text: get('Content-Length: 3', 'Connection: content-length') },
    { name: 'Connection hiding Host', text: get('Connection: close, Host') },
    { name: 'an upgrade with a body', text: get('Connection: upgrade', 'Upgrade: websocket', 'Content-Length: 3') },
  ])('refuses $name', ({ text }) => {
    expect(forwarded(text)).toBe(400);
  });

  it.each([
    { name: 'CONNECT: this is no tunnel', text: 'CONNECT a.example:22 HTTP/1.1\r\nHost: a.example', status: 405 },
    { name: 'HTTP/2 without negotiation', text: 'PRI * HTTP/2.0', status: 505 },
    { name: 'HTTP/1.2', text: 'GET /a HTTP/1.2\r\nHost: a.example', status: 505 },
  ])('answers $status to $name', ({ text, status }) => {
    expect(forwarded(text)).toBe(status);
  });
});

describe('what the backend gets', () => {
  const added = ['X-Forwarded-For: 192.0.2.7', 'Via: 1.1 gatewaypool'];

  it.each([
    {
      name: 'end-to-end fields as they came',
      text: get('X-One:  a b \t', 'x-two: \xe9', 'X-One: again'),
      lines: ['GET /a HTTP/1.1', 'Host: gateway.example', 'X-One:  a b \t', 'x-two: \xe9', 'X-One: again', ...added],
    },
    {
      name: 'no field for one hop, nor any that Connection names',
      text: get(
        'Connection: keep-alive, X-Mine',
        'Keep-Alive: 5',
        'Proxy-Connection: x',
        'TE: trailers',
        'x-mine: a',
        'X-Yours: b',
      ),
      lines: ['GET /a HTTP/1.1', 'Host: gateway.example', 'X-Yours: b', ...added],
    },
    {
      name: 'the whole way of the request in one X-Forwarded-For',
      text: get('X-Forwarded-For: 203.0.113.1', 'X-Forwarded-For: 198.51.100.2'),
      lines: [
        'GET /a HTTP/1.1',
        'Host: gateway.example',
        'X-Forwarded-For: 203.0.113.1, 198.51.100.2, 192.0.2.7',
        'Via: 1.1 gatewaypool',
      ],
    },
    {
      name: 'an earlier Via before ours',
      text: get('Via: 1.0 edge'),
      lines: ['GET /a HTTP/1.1', 'Host: gateway.example', 'Via: 1.0 edge', ...added],
    },
    {
      name: 'an upgrade as an upgrade',
      text: get('Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Key: x'),
      lines: [
        'GET /a HTTP/1.1',
        'Host: gateway.example',
        'Sec-WebSocket-Key: x',
        ...added,
        'Connection: upgrade',
        'Upgrade: websocket',
      ],
    },
    {
      name: 'h2c as a plain request',
      text: get('Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAM'),
      lines: ['GET /a HTTP/1.1', 'Host: gateway.example', ...added],
    },
    {
      name: 'Upgrade without Connection as a plain request',
      text: get('Upgrade: websocket'),
      lines: ['GET /a HTTP/1.1', 'Host: gateway.example', ...added],
    },
    {
      name: 'a Host with percent codes',
      text: 'GET /a HTTP/1.1\r\nHost: g%C3%A4%2Fb.example:80',
      lines: ['GET /a HTTP/1.1', 'Host: g%C3%A4%2Fb.example:80', ...added],
    },
    {
      name: 'OPTIONS in absolute form with an empty path as one for the whole server',
      text: 'OPTIONS http://a.example HTTP/1.1\r\nHost: a.example',
      lines: ['OPTIONS * HTTP/1.1', 'Host: a.example', ...added],
    },
    {
      name: 'OPTIONS in absolute form with a query as one for the path /',
      text: 'OPTIONS http://a.example?q HTTP/1.1\r\nHost: a.example',
      lines: ['OPTIONS /?q HTTP/1.1', 'Host: a.example', ...added],
    },
    {
      name: 'an absolute target as a path',
      text: 'GET http://a.example?q=1 HTTP/1.1\r\nHost: a.example',
      lines: ['GET /?q=1 HTTP/1.1', 'Host: a.example', ...added],
    },
    {
      name: 'OPTIONS for the whole server',
      text: 'OPTIONS * HTTP/1.1\r\nHost: [2001:db8::1]:8080',
      lines: ['OPTIONS * HTTP/1.1', 'Host: [2001:db8::1]:8080', ...added],
    },
    {
      name: 'HTTP/1.0 as HTTP/1.0, so that the response has no chunks, and without Expect',
      text: 'POST /a HTTP/1.0\r\nContent-Length: 3\r\nExpect: 100-continue',
      lines: ['POST /a HTTP/1.0', 'Content-Length: 3', 'X-Forwarded-For: 192.0.2.7', 'Via: 1.0 gatewaypool'],
    },
    {
      name: 'chunks as chunks',
      text: get('Transfer-Encoding: chunked', 'Trailer: X-Sum'),
      lines: ['GET /a HTTP/1.1', 'Host: gateway.example', 'Transfer-Encoding: chunked', 'Trailer: X-Sum', ...added],
    },
    {
      name: 'a coding that is written in an odd way as everybody reads it',
      text: get('Transfer-Encoding:\t cHuNkEd \t'),
      lines: ['GET /a HTTP/1.1', 'Host: gateway.example', 'Transfer-Encoding:    chunked', ...added],
    },
    {
      name: 'a length with leading zeros, which could be octal, without them',
      text: get('Content-Length:\t0010\t'),
      lines: ['GET /a HTTP/1.1', 'Host: gateway.example', 'Content-Length:    10', ...added],
    },
    {
      name: 'a length of zeros as zero',
      text: get('Content-Length:00'),
      lines: ['GET /a HTTP/1.1', 'Host: gateway.example', 'Content-Length: 0', ...added],
    },
    {
      name: 'a plain length as it came',
      text: get('content-length:10'),
      lines: ['GET /a HTTP/1.1', 'Host: gateway.example', 'content-length:10', ...added],
    },
  ])('$name', ({ text, lines }) => {
    expect(forwarded(text)).toEqual(lines);
  });
});

describe('Max-Forwards', () => {
  const withHops = (method: string, ...fields: string[]): string =>
    [`${method} /a HTTP/1.1`, 'Host: a', ...fields].join('\r\n');

  it.each([
    { method: 'OPTIONS', value: '10', passed: ' 9' },
    { method: 'TRACE', value: '1', passed: '0' },
    { method: 'OPTIONS', value: '007', passed: '  6' },
    { method: 'GET', value: '0', passed: '0' },
    { method: 'GET', value: 'any', passed: 'any' },
  ])('of $value goes on as $passed for $method', ({ method, value, passed }) => {
    expect(forwarded(withHops(method, `Max-Forwards: ${value}`))).toContain(`Max-Forwards: ${passed}`);
  });

  it.each([
    { name: 'answers OPTIONS itself when no hop is left', method: 'OPTIONS', fields: ['Max-Forwards: 0'], status: 200 },
    { name: 'answers no TRACE when no hop is left', method: 'TRACE', fields: ['Max-Forwards: 00'], status: 405 },
    { name: 'refuses what is no number', method: 'TRACE', fields: ['Max-Forwards: -1'], status: 400 },
    { name: 'refuses two numbers', method: 'OPTIONS', fields: ['Max-Forwards: 1', 'Max-Forwards: 1'], status: 400 },
  ])('$name', ({ method, fields, status }) => {
    expect(forwarded(withHops(method, ...fields))).toBe(status);
  });
});

describe('the beginning of a head', () => {
  it.each([
    { text: 'GE', name: 'half a method' },
    { text: 'GET /a HTTP/1.1\r', name: 'a line that is not over' },
    { text: 'GET /a HTTP/1.1\r\nHost: a', name: 'a field that is not over' },
    { text: 'GET /a HTTP/1.1\r\nHost: a\r\n\r', name: 'half an empty line' },
  ])('waits for the rest of $name', ({ text }) => {
    expect(read(text).next).toBe(incomplete);
  });

  it.each([
    { text: 'GET /a\r\n', name: 'a request line without a version' },
    { text: 'GET /a HTTP/1.1\n', name: 'a line that ends in a bare LF' },
    { text: 'GET /a HTTP/1.1\r\nHost: a\n', name: 'a field that ends in a bare LF' },
    { text: 'GET /a HTTP/1.1\r\nHost : a\r\n', name: 'a bad field' },
    { text: '\x16\x03\x01\x02\n', name: 'TLS' },
  ])('is refused for $name before all of it came', ({ text }) => {
    expect(read(text).next).toBe(malformed);
  });

  it('may be cut anywhere: the head is the same, and ends at the same place', () => {
    const text = get('Connection: close, X-Mine', 'X-Mine: a', 'Content-Length: 3', 'X-Forwarded-For: b');
    const whole = `${text}\r\n\r\nabc`;

    for (let length = 0; length < whole.length - 3; length += 1) {
      expect({ length, next: read(whole.slice(0, length)).next }).toEqual({ length, next: incomplete });
    }

    expect(read(whole).next).toBe(whole.length - 3);
  });
});

describe('the size of a head', () => {
  it.each([
    { name: 'a head of just the limit', octets: 100, limit: 100, status: 0 },
    { name: 'one octet more', octets: 101, limit: 100, status: 431 },
  ])('$name: $status', ({ octets, limit, status }) => {
    const start = get('X: ');
    const { next } = read(`${start}${'a'.repeat(octets - 2 - start.length)}\r\n\r\n`, limit);

    expect(next === malformed ? head.refusal.status : 0).toBe(status);
  });

  it.each([
    { name: 'as many fields as there may be', fields: 20, status: 0 },
    { name: 'one field more', fields: 21, status: 431 },
  ])('$name: $status', ({ fields, status }) => {
    const { next } = read(`${get(...Array.from({ length: fields - 1 }, () => 'X: a'))}\r\n\r\n`, 16_384, 20);

    expect(next === malformed ? head.refusal.status : 0).toBe(status);
  });

  it.each([
    { name: 'a head of just the limit', text: `${get(`X: ${'a'.repeat(54)}`)}\r\n\r\n` },
    { name: 'a head that is too large', text: `${get(`X: ${'a'.repeat(55)}`)}\r\n\r\n` },
    { name: 'a bad line within the limit', text: `${get('X : a', `X: ${'a'.repeat(90)}`)}\r\n\r\n` },
    { name: 'a bad line behind the limit', text: `${get(`X: ${'a'.repeat(90)}`, 'X : a')}\r\n\r\n` },
    { name: 'a bad Host in a head that is too large', text: `${get(`Host: ${'a'.repeat(90)}`)}\r\n\r\n` },
  ])('answers the same of $name however many octets came at once', ({ text }) => {
    const answer = (length: number): number => {
      const { next } = read(text.slice(0, length), 100);
      return next === malformed ? head.refusal.status : next;
    };
    const whole = answer(text.length);

    for (let length = 0; length < text.length; length += 1) expect([incomplete, whole]).toContain(answer(length));
  });

  it('is refused as soon as it is too large, whole or not', () => {
    expect(read(get(`X: ${'a'.repeat(100)}`), 100).next).toBe(malformed);
    expect(head.refusal.status).toBe(431);
  });
});

describe('what may be sent a second time', () => {
  it.each([
    { request: 'GET', repeatable: true },
    { request: 'HEAD', repeatable: true },
    { request: 'OPTIONS', repeatable: true },
    { request: 'PUT', repeatable: true },
    { request: 'DELETE', repeatable: true },
    { request: 'POST', repeatable: false },
    { request: 'PATCH', repeatable: false },
    { request: 'get', repeatable: false },
    { request: 'POST', field: 'Idempotency-Key: "x"', repeatable: true },
    { request: 'GET', field: 'Upgrade: websocket\r\nConnection: upgrade', repeatable: false },
  ])('$request with $field: $repeatable', ({ request, field, repeatable }) => {
    const { next } = read(`${request} / HTTP/1.1\r\nHost: a\r\n${field === undefined ? '' : `${field}\r\n`}\r\n`);

    expect(next).toBeGreaterThan(0);
    expect(head.repeatable).toBe(repeatable);
  });
});
