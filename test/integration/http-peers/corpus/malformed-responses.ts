import { head } from './messages.ts';

/** What no client may get from a backend: 502 instead. */
export interface MalformedResponse {
  readonly name: string;
  readonly section: string;
  /** Latin1. */
  readonly bytes: string;
}

const ok = (...fields: readonly string[]) => head('HTTP/1.1 200 OK', ...fields);
const line = (text: string) => `${head(text, 'Content-Length: 2')}ok`;

const statusLine = 'RFC 9112 §4';
const length = 'RFC 9112 §6.3';
const fields = 'RFC 9112 §5';
const lineEnd = 'RFC 9112 §2.2';

export const malformedResponses: readonly MalformedResponse[] = [
  { name: 'no status line', section: statusLine, bytes: 'hello\r\n\r\n' },
  { name: 'HTTP/0.9', section: statusLine, bytes: '<html></html>\r\n\r\n' },
  { name: 'a status of two digits', section: statusLine, bytes: line('HTTP/1.1 20 OK') },
  { name: 'a status of four digits', section: statusLine, bytes: line('HTTP/1.1 2000 OK') },
  { name: 'a status in letters', section: statusLine, bytes: line('HTTP/1.1 abc OK') },
  { name: 'a negative status', section: statusLine, bytes: line('HTTP/1.1 -20 OK') },
  { name: 'a status below 100', section: 'RFC 9110 §15', bytes: line('HTTP/1.1 099 OK') },
  { name: 'two blanks before the status', section: statusLine, bytes: line('HTTP/1.1  200 OK') },
  { name: 'HTTP/2.0', section: 'RFC 9110 §2.5', bytes: line('HTTP/2.0 200 OK') },
  { name: 'a version in lower case', section: 'RFC 9112 §2.3', bytes: line('http/1.1 200 OK') },
  { name: 'a version of three digits', section: 'RFC 9112 §2.3', bytes: line('HTTP/1.10 200 OK') },
  { name: 'a control character in the reason', section: statusLine, bytes: line('HTTP/1.1 200 O\x01K') },
  { name: 'a bare CR in the reason', section: lineEnd, bytes: line('HTTP/1.1 200 O\rK') },
  {
    name: 'line ends of LF only',
    section: lineEnd,
    bytes: `${ok('Content-Length: 2').replaceAll('\r\n', '\n')}ok\r\n\r\n`,
  },
  { name: 'bytes before the status line', section: statusLine, bytes: `x${line('HTTP/1.1 200 OK')}` },
  { name: 'a blank before a colon', section: 'RFC 9112 §5.1', bytes: `${ok('Content-Length : 2')}ok` },
  { name: 'a folded field', section: 'RFC 9112 §5.2', bytes: `${ok('X: a', ' b', 'Content-Length: 2')}ok` },
  { name: 'a field without a colon', section: fields, bytes: `${ok('X', 'Content-Length: 2')}ok` },
  { name: 'a field without a name', section: fields, bytes: `${ok(': a', 'Content-Length: 2')}ok` },
  { name: 'NUL in a value', section: 'RFC 9110 §5.5', bytes: `${ok('X: a\0b', 'Content-Length: 2')}ok` },
  { name: 'a bare CR in a value', section: lineEnd, bytes: `${ok('X: a\rSet-Cookie: b', 'Content-Length: 2')}ok` },
  { name: 'a bare LF in a value', section: lineEnd, bytes: `${ok('X: a\nSet-Cookie: b', 'Content-Length: 2')}ok` },
  {
    name: 'Content-Length and chunked',
    section: length,
    bytes: `${ok('Content-Length: 2', 'Transfer-Encoding: chunked')}0\r\n\r\n`,
  },
  { name: 'two different lengths', section: length, bytes: `${ok('Content-Length: 2', 'Content-Length: 3')}okk` },
  { name: 'a list of different lengths', section: length, bytes: `${ok('Content-Length: 2, 3')}okk` },
  { name: 'a negative length', section: length, bytes: ok('Content-Length: -2') },
  { name: 'a signed length', section: length, bytes: `${ok('Content-Length: +2')}ok` },
  { name: 'a hexadecimal length', section: length, bytes: `${ok('Content-Length: 0x2')}ok` },
  { name: 'an empty length', section: length, bytes: ok('Content-Length:') },
  { name: 'a length of 2^64 + 2', section: length, bytes: `${ok('Content-Length: 18446744073709551618')}ok` },
  { name: 'an unknown coding', section: 'RFC 9112 §6.1', bytes: `${ok('Transfer-Encoding: gzip')}ok` },
  {
    name: 'a coding before chunked',
    section: 'RFC 9112 §6.1',
    bytes: `${ok('Transfer-Encoding: gzip, chunked')}0\r\n\r\n`,
  },
  {
    name: 'chunked twice',
    section: 'RFC 9112 §6.1',
    bytes: `${ok('Transfer-Encoding: chunked', 'Transfer-Encoding: chunked')}0\r\n\r\n`,
  },
  {
    name: 'chunked that is not the last coding',
    section: 'RFC 9112 §6.3',
    bytes: `${ok('Transfer-Encoding: chunked, gzip')}0\r\n\r\n`,
  },
  { name: 'an empty coding', section: 'RFC 9112 §6.1', bytes: `${ok('Transfer-Encoding:')}0\r\n\r\n` },
  {
    name: 'chunked in HTTP/1.0',
    section: 'RFC 9112 §6.1',
    bytes: `${head('HTTP/1.0 200 OK', 'Transfer-Encoding: chunked')}0\r\n\r\n`,
  },
  {
    name: 'Transfer-Encoding in an interim response',
    section: 'RFC 9112 §6.1',
    bytes: `${head('HTTP/1.1 103 Early Hints', 'Transfer-Encoding: chunked')}${line('HTTP/1.1 200 OK')}`,
  },
  {
    name: 'Transfer-Encoding in 204',
    section: 'RFC 9112 §6.1',
    bytes: head('HTTP/1.1 204 No Content', 'Transfer-Encoding: chunked'),
  },
  {
    name: 'a length in 204',
    section: 'RFC 9110 §8.6',
    bytes: `${head('HTTP/1.1 204 No Content', 'Content-Length: 2')}ok`,
  },
  {
    name: 'a length in an interim response',
    section: 'RFC 9110 §8.6',
    bytes: `${head('HTTP/1.1 103 Early Hints', 'Content-Length: 2')}${line('HTTP/1.1 200 OK')}`,
  },
  {
    name: 'a trailer without a colon',
    section: 'RFC 9112 §7.1.2',
    bytes: `${ok('Transfer-Encoding: chunked')}0\r\nX\r\n\r\n`,
  },
  {
    name: 'a response where the trailers should be',
    section: 'RFC 9112 §7.1.2',
    bytes: `${ok('Transfer-Encoding: chunked')}0\r\n${line('HTTP/1.1 200 OK')}`,
  },
  ...['Content-Length: 2', 'Transfer-Encoding: chunked', 'Set-Cookie: a=b', 'Content-Type: a/b', 'Connection: X'].map(
    (field) => ({
      name: `the trailer ${field}`,
      section: 'RFC 9110 §6.5.1',
      bytes: `${ok('Transfer-Encoding: chunked')}2\r\nok\r\n0\r\nX: a\r\n${field}\r\n\r\n`,
    }),
  ),
  { name: 'a bad chunk size', section: 'RFC 9112 §7.1', bytes: `${ok('Transfer-Encoding: chunked')}xyz\r\n` },
  { name: 'a head that is too large', section: 'RFC 9110 §5.4', bytes: ok(`X: ${'a'.repeat(20_000)}`) },
  {
    name: 'too many fields',
    section: 'RFC 9110 §5.4',
    bytes: ok(...Array.from({ length: 200 }, (_, index) => `X-${index}: a`)),
  },
  {
    name: 'a switch that nobody asked for',
    section: 'RFC 9110 §15.2.2',
    bytes: head('HTTP/1.1 101 Switching Protocols', 'Connection: upgrade', 'Upgrade: websocket'),
  },
];
