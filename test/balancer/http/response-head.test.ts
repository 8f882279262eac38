import { describe, expect, it } from '@jest/globals';
import { forwardResponse } from '../../../src/balancer/http/forward-response.ts';
import type { HeadLimits } from '../../../src/balancer/http/head-limits.ts';
import { ResponseHead } from '../../../src/balancer/http/response-head.ts';
import { malformed } from '../../../src/balancer/http/verdicts.ts';
import { frontRoom } from '../../../src/balancer/transport/buffers.ts';

const ok = (...fields: string[]) => ['HTTP/1.1 200 OK', ...fields].join('\r\n');

const head = new ResponseHead();
const limits: HeadLimits = { headBytes: 16_384, headFields: 100 };

/** Reads `text` as it stands in a read buffer, with a body behind it. */
function read(text: string, method = 'GET'): { bytes: Buffer; next: number } {
  const bytes = Buffer.from(`${' '.repeat(frontRoom)}${text}\r\n\r\nbody`, 'latin1');
  return { bytes, next: head.read(bytes, frontRoom, bytes.length, limits, method === 'HEAD') };
}

describe('ResponseHead', () => {
  it.each([
    { name: 'a length and chunks', text: ok('Content-Length: 3', 'Transfer-Encoding: chunked') },
    { name: 'two lengths', text: ok('Content-Length: 3', 'Content-Length: 3') },
    { name: 'a coding beside chunked', text: ok('Transfer-Encoding: gzip, chunked') },
    { name: 'chunks in HTTP/1.0', text: 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked' },
    { name: 'chunks in an interim response', text: 'HTTP/1.1 103 Early Hints\r\nTransfer-Encoding: chunked' },
    { name: 'a length in an interim response', text: 'HTTP/1.1 103 Early Hints\r\nContent-Length: 3' },
    { name: 'chunks in a switch', text: 'HTTP/1.1 101 Switching\r\nTransfer-Encoding: chunked' },
    { name: 'chunks in 204', text: 'HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked' },
    { name: 'a length in 204', text: 'HTTP/1.1 204 No Content\r\nContent-Length: 3' },
    { name: 'too many fields', text: ok(...Array.from({ length: 101 }, () => 'X: a')) },
    { name: 'a head that is too large', text: ok(`X: ${'a'.repeat(16_384)}`) },
    { name: 'a status of two digits', text: 'HTTP/1.1 20 OK' },
    { name: 'a status beyond 599', text: 'HTTP/1.1 600 OK' },
    { name: 'another version', text: 'HTTP/2 200 OK' },
    { name: 'no status line', text: 'SSH-2.0-OpenSSH_9.2' },
    { name: 'a bad field', text: ok('X : a') },
    { name: 'a bare CR', text: ok('X: a\rb') },
    { name: 'Connection hiding the framing', text: ok('Connection: transfer-encoding', 'Transfer-Encoding: chunked') },
  ])('refuses $name', ({ text }) => {
    expect(read(text).next).toBe(malformed);
  });

  it.each([
    {
      name: 'a length',
      text: ok('Content-Length: 3'),
      method: 'GET',
      body: 'Length',
      close: false,
    },
    {
      name: 'chunks',
      text: ok('Transfer-Encoding: chunked'),
      method: 'GET',
      body: 'Chunked',
      close: false,
    },
    { name: 'no framing: until the end', text: ok(), method: 'GET', body: 'UntilClose', close: true },
    { name: 'HEAD: no body', text: ok('Content-Length: 3'), method: 'HEAD', body: 'None', close: false },
    { name: '204: no body', text: 'HTTP/1.1 204 \r\nX: a', method: 'GET', body: 'None', close: false },
    {
      name: '204 that says so: no body',
      text: 'HTTP/1.1 204 No Content\r\nContent-Length: 0',
      method: 'GET',
      body: 'None',
      close: false,
    },
    {
      name: '304 that says what would come: no body',
      text: 'HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked',
      method: 'GET',
      body: 'None',
      close: false,
    },
    {
      name: '304: no body',
      text: 'HTTP/1.1 304 Not Modified\r\nContent-Length: 3',
      method: 'GET',
      body: 'None',
      close: false,
    },
    { name: '100: no body', text: 'HTTP/1.1 100 Continue', method: 'POST', body: 'None', close: false },
    { name: 'a status without a text', text: 'HTTP/1.1 204', method: 'GET', body: 'None', close: false },
    {
      name: 'Connection: close',
      text: ok('Content-Length: 3', 'Connection: Close'),
      method: 'GET',
      body: 'Length',
      close: true,
    },
    {
      name: 'HTTP/1.0',
      text: 'HTTP/1.0 200 OK\r\nContent-Length: 3',
      method: 'GET',
      body: 'Length',
      close: true,
    },
  ])('reads $name', ({ text, method, body, close }) => {
    const { bytes, next } = read(text, method);

    expect(bytes.toString('latin1', next)).toBe('body');
    expect(head).toMatchObject({ body, close });
  });
});

describe('what the client gets', () => {
  it.each([
    {
      name: 'end-to-end fields, and no field for one hop',
      text: ok('Content-Length: 3', 'Connection: X-Mine', 'Keep-Alive: timeout=5', 'X-Mine: a', 'Set-Cookie: b'),
      lines: ['HTTP/1.1 200 OK', 'Via: 1.1 gatewaypool', 'Content-Length: 3', 'Set-Cookie: b'],
    },
    {
      name: 'fields that frame the body as everybody reads them',
      text: ok('Transfer-Encoding:\tChunked\t'),
      lines: ['HTTP/1.1 200 OK', 'Via: 1.1 gatewaypool', 'Transfer-Encoding:  chunked'],
    },
    {
      name: 'what is left when the fields for one hop stand first, last and between others',
      text: ok('Connection: keep-alive', 'Content-Length: 3', 'Keep-Alive: timeout=5', 'X: a', 'Proxy-Connection: x'),
      lines: ['HTTP/1.1 200 OK', 'Via: 1.1 gatewaypool', 'Content-Length: 3', 'X: a'],
    },
    {
      name: '204 without the length that it may not have',
      text: 'HTTP/1.1 204 No Content\r\nKeep-Alive: a\r\nContent-Length: 0\r\nX: a\r\nConnection: close',
      lines: ['HTTP/1.1 204 No Content', 'Via: 1.1 gatewaypool', 'X: a'],
    },
    {
      name: '103 without it, where it is not written plainly',
      text: 'HTTP/1.1 103 Early Hints\r\nX: a\r\ncontent-length:\t00',
      lines: ['HTTP/1.1 103 Early Hints', 'Via: 1.1 gatewaypool', 'X: a'],
    },
    {
      name: '304 with the length of what would come',
      text: 'HTTP/1.1 304 Not Modified\r\nContent-Length: 3',
      lines: ['HTTP/1.1 304 Not Modified', 'Via: 1.1 gatewaypool', 'Content-Length: 3'],
    },
    {
      name: 'an earlier Via before ours',
      text: ok('Content-Length: 3', 'Via: 1.0 cache'),
      lines: ['HTTP/1.1 200 OK', 'Content-Length: 3', 'Via: 1.0 cache', 'Via: 1.1 gatewaypool'],
    },
    {
      name: 'Connection: close on the last response',
      text: ok('Content-Length: 0'),
      last: true,
      lines: ['HTTP/1.1 200 OK', 'Via: 1.1 gatewaypool', 'Connection: close', 'Content-Length: 0'],
    },
    {
      name: 'interim responses without it',
      text: 'HTTP/1.1 103 Early Hints\r\nLink: </a>',
      last: true,
      lines: ['HTTP/1.1 103 Early Hints', 'Via: 1.1 gatewaypool', 'Link: </a>'],
    },
    {
      name: 'HTTP/1.1 from an HTTP/1.0 backend',
      text: 'HTTP/1.0 200 OK\r\nContent-Length: 3',
      last: true,
      lines: ['HTTP/1.1 200 OK', 'Via: 1.0 gatewaypool', 'Connection: close', 'Content-Length: 3'],
    },
    {
      name: 'the blank behind the code, also where the backend left it out',
      text: 'HTTP/1.1 204\r\nConnection: keep-alive\r\nX: a',
      lines: ['HTTP/1.1 204 ', 'Via: 1.1 gatewaypool', 'X: a'],
    },
    {
      name: 'the switch to another protocol',
      text: 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: WebSocket',
      lines: ['HTTP/1.1 101 Switching Protocols', 'Via: 1.1 gatewaypool', 'Connection: upgrade', 'Upgrade: WebSocket'],
    },
    {
      name: 'a switch with as many protocols as a head may name, within the room in front of it',
      text: ['HTTP/1.1 101', 'Connection: Upgrade', ...Array.from({ length: 99 }, () => 'Upgrade:a')].join('\r\n'),
      lines: [
        'HTTP/1.1 101 ',
        'Via: 1.1 gatewaypool',
        'Connection: upgrade',
        `Upgrade: ${Array.from({ length: 99 }, () => 'a').join(', ')}`,
      ],
    },
  ])('$name', ({ text, last = false, lines }) => {
    const { bytes, next } = read(text);

    const start = forwardResponse(head, bytes, last);

    expect(bytes.toString('latin1', start, next).split('\r\n').slice(0, -2)).toEqual(lines);
    expect(bytes.toString('latin1', next)).toBe('body');
  });
});
