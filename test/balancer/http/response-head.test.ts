import { describe, expect, it } from '@jest/globals';
import { responseHeadText } from '../../../src/balancer/http/forward.ts';
import { parseResponseHead } from '../../../src/balancer/http/response-head.ts';

const ok = (...fields: string[]) => ['HTTP/1.1 200 OK', ...fields].join('\r\n');

describe('parseResponseHead', () => {
  it.each([
    { name: 'a length and chunks', text: ok('Content-Length: 3', 'Transfer-Encoding: chunked') },
    { name: 'two lengths', text: ok('Content-Length: 3', 'Content-Length: 3') },
    { name: 'a coding beside chunked', text: ok('Transfer-Encoding: gzip, chunked') },
    { name: 'chunks in HTTP/1.0', text: 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked' },
    { name: 'a status of two digits', text: 'HTTP/1.1 20 OK' },
    { name: 'a status beyond 599', text: 'HTTP/1.1 600 OK' },
    { name: 'another version', text: 'HTTP/2 200 OK' },
    { name: 'no status line', text: 'SSH-2.0-OpenSSH_9.2' },
    { name: 'a bad field', text: ok('X : a') },
    { name: 'a bare CR', text: ok('X: a\rb') },
    { name: 'Connection hiding the framing', text: ok('Connection: transfer-encoding', 'Transfer-Encoding: chunked') },
  ])('refuses $name', ({ text }) => {
    expect(parseResponseHead(text, 'GET')).toBeUndefined();
  });

  it.each([
    {
      name: 'a length',
      text: ok('Content-Length: 3'),
      method: 'GET',
      framing: { kind: 'Length', bytes: 3 },
      close: false,
    },
    {
      name: 'chunks',
      text: ok('Transfer-Encoding: chunked'),
      method: 'GET',
      framing: { kind: 'Chunked' },
      close: false,
    },
    { name: 'no framing: until the end', text: ok(), method: 'GET', framing: { kind: 'UntilClose' }, close: true },
    { name: 'HEAD: no body', text: ok('Content-Length: 3'), method: 'HEAD', framing: { kind: 'None' }, close: false },
    { name: '204: no body', text: 'HTTP/1.1 204 \r\nX: a', method: 'GET', framing: { kind: 'None' }, close: false },
    {
      name: '304: no body',
      text: 'HTTP/1.1 304 Not Modified\r\nContent-Length: 3',
      method: 'GET',
      framing: { kind: 'None' },
      close: false,
    },
    { name: '100: no body', text: 'HTTP/1.1 100 Continue', method: 'POST', framing: { kind: 'None' }, close: false },
    { name: 'a status without a text', text: 'HTTP/1.1 204', method: 'GET', framing: { kind: 'None' }, close: false },
    {
      name: 'Connection: close',
      text: ok('Content-Length: 3', 'Connection: Close'),
      method: 'GET',
      framing: { kind: 'Length', bytes: 3 },
      close: true,
    },
    {
      name: 'HTTP/1.0',
      text: 'HTTP/1.0 200 OK\r\nContent-Length: 3',
      method: 'GET',
      framing: { kind: 'Length', bytes: 3 },
      close: true,
    },
  ])('reads $name', ({ text, method, framing, close }) => {
    expect(parseResponseHead(text, method)).toMatchObject({ framing, close });
  });
});

describe('what the client gets', () => {
  const passed = (text: string, close = false) => {
    const head = parseResponseHead(text, 'GET');
    return head === undefined ? [] : responseHeadText(head, close).split('\r\n').slice(0, -2);
  };

  it.each([
    {
      name: 'end-to-end fields, and no field for one hop',
      lines: passed(
        ok('Content-Length: 3', 'Connection: X-Mine', 'Keep-Alive: timeout=5', 'X-Mine: a', 'Set-Cookie: b'),
      ),
      wanted: ['HTTP/1.1 200 OK', 'Content-Length: 3', 'Set-Cookie: b', 'Via: 1.1 gatewaypool'],
    },
    {
      name: 'Connection: close on the last response',
      lines: passed(ok('Content-Length: 0'), true),
      wanted: ['HTTP/1.1 200 OK', 'Content-Length: 0', 'Via: 1.1 gatewaypool', 'Connection: close'],
    },
    {
      name: 'interim responses without it',
      lines: passed('HTTP/1.1 103 Early Hints\r\nLink: </a>', true),
      wanted: ['HTTP/1.1 103 Early Hints', 'Link: </a>', 'Via: 1.1 gatewaypool'],
    },
    {
      name: 'the switch to another protocol',
      lines: passed('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket'),
      wanted: ['HTTP/1.1 101 Switching Protocols', 'Via: 1.1 gatewaypool', 'Connection: upgrade', 'Upgrade: websocket'],
    },
  ])('$name', ({ lines, wanted }) => {
    expect(lines).toEqual(wanted);
  });
});
