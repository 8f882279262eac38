import { chunked, type Refused, smuggled } from './messages.ts';

const size = 'RFC 9112 §7.1';
const extension = 'RFC 9112 §7.1.1';
const lineEnd = 'RFC 9112 §2.2';
const trailers = 'RFC 9112 §7.1.2';
const last = '0\r\n\r\n';

export const refusedChunks: readonly Refused[] = [
  { name: 'no size', section: size, bytes: chunked(`\r\nabc\r\n${last}`) },
  { name: 'a size with a prefix', section: size, bytes: chunked(`0x3\r\nabc\r\n${last}`) },
  { name: 'a size with a plus', section: size, bytes: chunked(`+3\r\nabc\r\n${last}`) },
  { name: 'a size with a minus', section: size, bytes: chunked(`-3\r\nabc\r\n${last}`) },
  { name: 'a blank before the size', section: size, bytes: chunked(` 3\r\nabc\r\n${last}`) },
  { name: 'a blank behind the size', section: size, bytes: chunked(`3 \r\nabc\r\n${last}`) },
  { name: 'a tab behind the size', section: size, bytes: chunked(`3\t\r\nabc\r\n${last}`) },
  { name: 'a blank in the size', section: size, bytes: chunked(`1 0\r\n${'a'.repeat(16)}\r\n${last}`) },
  { name: 'a size with an underscore', section: size, bytes: chunked(`1_0\r\n${'a'.repeat(16)}\r\n${last}`) },
  { name: 'a size with a fraction', section: size, bytes: chunked(`3.0\r\nabc\r\n${last}`) },
  { name: 'a size with a comma', section: size, bytes: chunked(`3,3\r\nabc\r\n${last}`) },
  { name: 'a size that is no number', section: size, bytes: chunked(`g\r\nabc\r\n${last}`) },
  { name: 'a size with NUL', section: size, bytes: chunked(`3\0\r\nabc\r\n${last}`) },
  { name: 'a size of 2^64 + 3', section: size, bytes: chunked(`10000000000000003\r\nabc\r\n${last}`) },
  { name: 'a size with more digits than it needs', section: size, bytes: chunked(`000000100000003\r\nabc\r\n${last}`) },
  { name: 'a size of 2^63', section: size, bytes: chunked(`8000000000000000\r\nabc\r\n${last}`) },
  { name: 'endless digits', section: size, bytes: chunked(`${'0'.repeat(2000)}3\r\nabc\r\n${last}`) },
  { name: 'less data than the size says', section: size, bytes: chunked(`5\r\nabc\r\n${last}`) },
  { name: 'more data than the size says', section: size, bytes: chunked(`2\r\nabc\r\n${last}`) },
  { name: 'no line end behind the data', section: size, bytes: chunked(`3\r\nabc${last}`) },
  { name: 'two line ends behind the data', section: size, bytes: chunked(`3\r\nabc\r\n\r\n${last}`) },

  { name: 'a semicolon', section: extension, bytes: chunked(`3;\r\nabc\r\n${last}`) },
  { name: 'an extension', section: extension, bytes: chunked(`3;a=b\r\nabc\r\n${last}`) },
  { name: 'an extension without a value', section: extension, bytes: chunked(`3;a\r\nabc\r\n${last}`) },
  { name: 'a quoted extension', section: extension, bytes: chunked(`3;a="b"\r\nabc\r\n${last}`) },
  { name: 'a quoted line end in an extension', section: extension, bytes: chunked(`3;a="\r\nabc\r\n${last}"\r\n`) },
  { name: 'a blank before an extension', section: extension, bytes: chunked(`3 ;a=b\r\nabc\r\n${last}`) },
  { name: 'an extension that ends in a bare LF', section: extension, bytes: chunked(`3;a\nabc\r\n${last}`) },
  { name: 'an extension with a bare CR', section: extension, bytes: chunked(`3;a\rb\r\nabc\r\n${last}`) },
  { name: 'an extension of the last chunk', section: extension, bytes: chunked('0;a=b\r\n\r\n') },
  { name: 'an endless extension', section: extension, bytes: chunked(`3;${'a'.repeat(20_000)}\r\nabc\r\n${last}`) },

  { name: 'a size that ends in a bare LF', section: lineEnd, bytes: chunked(`3\nabc\r\n${last}`) },
  { name: 'a size that ends in a bare CR', section: lineEnd, bytes: chunked(`3\rabc\r\n${last}`) },
  { name: 'a size that ends in CR CR LF', section: lineEnd, bytes: chunked(`3\r\r\nabc\r\n${last}`) },
  { name: 'a size that ends in LF CR', section: lineEnd, bytes: chunked(`3\n\rabc\r\n${last}`) },
  { name: 'data that ends in a bare LF', section: lineEnd, bytes: chunked(`3\r\nabc\n${last}`) },
  { name: 'data that ends in a bare CR', section: lineEnd, bytes: chunked(`3\r\nabc\r${last}`) },
  { name: 'data that ends in two other bytes', section: lineEnd, bytes: chunked(`3\r\nabcXX${last}`) },
  { name: 'a last chunk that ends in a bare LF', section: lineEnd, bytes: chunked(`3\r\nabc\r\n0\n\r\n${smuggled}`) },
  { name: 'an end that is a bare LF', section: lineEnd, bytes: chunked(`3\r\nabc\r\n0\r\n\n${smuggled}`) },
  { name: 'an end that is a bare CR', section: lineEnd, bytes: chunked(`3\r\nabc\r\n0\r\n\r${smuggled}`) },
  { name: 'an end that is CR CR LF', section: lineEnd, bytes: chunked(`3\r\nabc\r\n0\r\n\r\r\n${smuggled}`) },

  { name: 'a request where the trailers should be', section: trailers, bytes: chunked(`0\r\n${smuggled}`) },
  { name: 'a trailer without a colon', section: trailers, bytes: chunked('0\r\nX\r\n\r\n') },
  { name: 'a trailer without a name', section: trailers, bytes: chunked('0\r\n: a\r\n\r\n') },
  { name: 'a trailer with a blank before the colon', section: 'RFC 9112 §5.1', bytes: chunked('0\r\nX : a\r\n\r\n') },
  { name: 'a trailer with a blank in its name', section: trailers, bytes: chunked('0\r\nX Y: a\r\n\r\n') },
  { name: 'a folded trailer', section: 'RFC 9112 §5.2', bytes: chunked('0\r\nX: a\r\n b\r\n\r\n') },
  { name: 'a trailer that begins with a blank', section: 'RFC 9112 §5.2', bytes: chunked('0\r\n X: a\r\n\r\n') },
  { name: 'a trailer with NUL', section: 'RFC 9110 §5.5', bytes: chunked('0\r\nX: a\0\r\n\r\n') },
  { name: 'a trailer with a control character', section: 'RFC 9110 §5.5', bytes: chunked('0\r\nX: a\x01\r\n\r\n') },
  { name: 'a trailer that ends in a bare LF', section: lineEnd, bytes: chunked('0\r\nX: a\n\r\n') },
  { name: 'a trailer with a bare CR', section: lineEnd, bytes: chunked('0\r\nX: a\rY: b\r\n\r\n') },
  { name: 'Content-Length as a trailer', section: 'RFC 9110 §6.5.1', bytes: chunked('0\r\nContent-Length: 3\r\n\r\n') },
  {
    name: 'Transfer-Encoding as a trailer',
    section: 'RFC 9110 §6.5.1',
    bytes: chunked('0\r\nTransfer-Encoding: chunked\r\n\r\n'),
  },
  { name: 'Host as a trailer', section: 'RFC 9110 §6.5.1', bytes: chunked('0\r\nHost: other.example\r\n\r\n') },
  ...['Connection: X', 'Keep-Alive: a', 'TE: gzip', 'Upgrade: a', 'Trailer: X', 'Via: 1.1 a'].map(forbidden),
  ...['X-Forwarded-For: 192.0.2.1', 'Forwarded: for=a', 'Authorization: Basic a', 'Cookie: a=b'].map(forbidden),
  ...['Content-Type: a/b', 'Content-Encoding: gzip', 'Expect: 100-continue', 'Max-Forwards: 1'].map(forbidden),
  {
    name: 'trailers that are too large',
    section: 'RFC 6585 §5',
    late: true,
    bytes: chunked(`0\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`),
  },
  { name: 'too many trailers', section: 'RFC 6585 §5', bytes: chunked(`0\r\n${'X: a\r\n'.repeat(101)}\r\n`) },
];

function forbidden(line: string): Refused {
  return {
    name: `the trailer ${line}`,
    section: 'RFC 9110 §6.5.1',
    bytes: chunked(`3\r\nabc\r\n0\r\nX: a\r\n${line}\r\n\r\n`),
  };
}
