import { describe, expect, it } from '@jest/globals';
import { readTrailers } from '../../../src/balancer/http/trailer-section.ts';
import { incomplete, malformed } from '../../../src/balancer/http/verdicts.ts';

const limits = { headBytes: 60, headFields: 3 };

/** Reads from somewhere in the middle of other octets; an index counts from the first octet of `text`. */
function read(text: string): number {
  const bytes = Buffer.from(`before${text}`, 'latin1');
  const next = readTrailers(bytes, 6, bytes.length, limits);
  return next < 0 ? next : next - 6;
}

describe('readTrailers', () => {
  it.each([
    { name: 'none', text: '\r\n' },
    { name: 'one', text: 'X-Sum: 1\r\n\r\n' },
    { name: 'an empty one', text: 'X-Sum:\r\n\r\n' },
    { name: 'octets beyond ASCII in a value', text: 'X: \xe9\t\xff\r\n\r\n' },
    { name: 'those of gRPC', text: 'grpc-status: 0\r\ngrpc-message: ok\r\n\r\n' },
    { name: 'as many as there may be', text: 'A: 1\r\nB: 2\r\nC: 3\r\n\r\n' },
    { name: 'as large as they may be', text: `A: ${'a'.repeat(55)}\r\n\r\n` },
    { name: 'a name that only begins as a forbidden one', text: 'Hosts: a\r\n\r\n' },
  ])('reads $name', ({ text }) => {
    expect(read(`${text}GET / HTTP/1.1\r\n`)).toBe(text.length);
  });

  it.each([
    { name: 'a request', text: 'GET / HTTP/1.1\r\nHost: a\r\n\r\n' },
    { name: 'a line without a colon', text: 'X\r\n\r\n' },
    { name: 'a line without a name', text: ': a\r\n\r\n' },
    { name: 'a blank before the colon', text: 'X : a\r\n\r\n' },
    { name: 'a folded line', text: 'X: a\r\n b\r\n\r\n' },
    { name: 'a bare LF', text: 'X: a\n\r\n' },
    { name: 'a bare CR', text: 'X: a\rY: b\r\n\r\n' },
    { name: 'NUL', text: 'X: \0\r\n\r\n' },
    { name: 'an end that is only LF', text: 'X: a\r\n\n' },
    { name: 'one too many', text: 'A: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\n\r\n' },
    { name: 'one octet too many', text: `A: ${'a'.repeat(56)}\r\n\r\n` },
    { name: 'an endless line', text: 'a'.repeat(70) },
  ])('refuses $name', ({ text }) => {
    expect(read(text)).toBe(malformed);
  });

  it.each([
    'Content-Length: 3',
    'transfer-encoding: chunked',
    'HOST: a',
    'Connection: close',
    'Keep-Alive: 5',
    'Proxy-Connection: close',
    'TE: trailers',
    'Upgrade: websocket',
    'Trailer: X',
    'Expect: 100-continue',
    'Max-Forwards: 1',
    'Via: 1.1 a',
    'X-Forwarded-For: 192.0.2.1',
    'X-Forwarded-Proto: https',
    'X-Real-IP: 192.0.2.1',
    'Forwarded: for=192.0.2.1',
    'Authorization: Basic YTpi',
    'Cookie: a=b',
    'Set-Cookie: a=b',
    'Content-Type: text/html',
    'Content-Encoding: gzip',
    'Content-Range: bytes 0-1/2',
  ])('refuses %s, which means nothing behind a body', (line) => {
    expect(read(`${line}\r\n\r\n`)).toBe(malformed);
  });

  it.each([
    { text: 'X: a\r\nY: b\r\n\r\n', whole: 14 },
    { text: 'X: a\r\nY : b\r\n\r\n', whole: malformed },
    { text: 'X: a\r\nTE: b\r\n\r\n', whole: malformed },
    { text: `X: ${'a'.repeat(70)}\r\n\r\n`, whole: malformed },
  ])('answers the same of $text however many octets came at once', ({ text, whole }) => {
    expect(read(text)).toBe(whole);

    for (let length = 0; length < text.length; length += 1)
      expect([incomplete, whole]).toContain(read(text.slice(0, length)));
  });
});
