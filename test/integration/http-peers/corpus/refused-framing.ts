import { get, head, post, type Refused, smuggled } from './messages.ts';

const both = 'RFC 9112 §6.3';
const coding = 'RFC 9112 §6.1';
const length = 'RFC 9110 §8.6';
const chunks = `0\r\n\r\n${smuggled}`;

const sized = (value: string) => `${post(`Content-Length: ${value}`)}abc`;
const coded = (...fields: readonly string[]) => `${post(...fields)}${chunks}`;

export const refusedFraming: readonly Refused[] = [
  {
    name: 'Content-Length, then chunked',
    section: both,
    bytes: coded('Content-Length: 5', 'Transfer-Encoding: chunked'),
  },
  {
    name: 'chunked, then Content-Length',
    section: both,
    bytes: coded('Transfer-Encoding: chunked', 'Content-Length: 5'),
  },
  {
    name: 'Content-Length: 0 and chunked',
    section: both,
    bytes: coded('Content-Length: 0', 'Transfer-Encoding: chunked'),
  },
  {
    name: 'Content-Length and identity',
    section: both,
    bytes: coded('Content-Length: 5', 'Transfer-Encoding: identity'),
  },
  {
    name: 'an empty Content-Length and chunked',
    section: both,
    bytes: coded('Content-Length:', 'Transfer-Encoding: chunked'),
  },
  {
    name: 'Content-Length and an empty coding',
    section: both,
    bytes: coded('Content-Length: 5', 'Transfer-Encoding:'),
  },
  {
    name: 'both in a GET',
    section: both,
    bytes: `${get('Content-Length: 5', 'Transfer-Encoding: chunked')}${chunks}`,
  },

  { name: 'an empty coding', section: coding, bytes: coded('Transfer-Encoding:') },
  { name: 'a coding of blanks', section: coding, bytes: coded('Transfer-Encoding: \t') },
  { name: 'identity', section: coding, bytes: coded('Transfer-Encoding: identity') },
  { name: 'gzip', section: coding, bytes: coded('Transfer-Encoding: gzip') },
  { name: 'gzip, chunked', section: coding, bytes: coded('Transfer-Encoding: gzip, chunked') },
  { name: 'chunked, gzip', section: coding, bytes: coded('Transfer-Encoding: chunked, gzip') },
  { name: 'chunked, identity', section: coding, bytes: coded('Transfer-Encoding: chunked, identity') },
  { name: 'chunked, chunked', section: coding, bytes: coded('Transfer-Encoding: chunked, chunked') },
  { name: 'a comma before chunked', section: coding, bytes: coded('Transfer-Encoding: ,chunked') },
  { name: 'a comma behind chunked', section: coding, bytes: coded('Transfer-Encoding: chunked,') },
  {
    name: 'chunked in two fields',
    section: coding,
    bytes: coded('Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'),
  },
  {
    name: 'two codings in two fields',
    section: coding,
    bytes: coded('Transfer-Encoding: gzip', 'Transfer-Encoding: chunked'),
  },
  { name: 'chunked with a parameter', section: coding, bytes: coded('Transfer-Encoding: chunked;q=1') },
  { name: 'chunked with a semicolon', section: coding, bytes: coded('Transfer-Encoding: chunked;') },
  { name: 'quoted chunked', section: coding, bytes: coded('Transfer-Encoding: "chunked"') },
  { name: 'chunked in single quotes', section: coding, bytes: coded("Transfer-Encoding: 'chunked'") },
  { name: 'xchunked', section: coding, bytes: coded('Transfer-Encoding: xchunked') },
  { name: 'chunke', section: coding, bytes: coded('Transfer-Encoding: chunke') },
  {
    name: 'chunked with a letter that only looks like k',
    section: coding,
    bytes: coded('Transfer-Encoding: chun\xe2\x84\xaaed'),
  },
  { name: 'a vertical tab before chunked', section: coding, bytes: coded('Transfer-Encoding: \x0bchunked') },
  { name: 'a no-break space before chunked', section: coding, bytes: coded('Transfer-Encoding: \xa0chunked') },
  { name: 'NUL behind chunked', section: coding, bytes: coded('Transfer-Encoding: chunked\0') },
  {
    name: 'Transfer-Encoding behind a bare LF',
    section: 'RFC 9112 §2.2',
    bytes: coded('X: a\nTransfer-Encoding: chunked'),
  },
  {
    name: 'Transfer-Encoding with a blank before the colon',
    section: 'RFC 9112 §5.1',
    bytes: coded('Transfer-Encoding : chunked'),
  },
  { name: 'Transfer-Encoding behind a blank', section: 'RFC 9112 §5.2', bytes: coded(' Transfer-Encoding: chunked') },
  {
    name: 'Content-Length with a blank before the colon',
    section: 'RFC 9112 §5.1',
    bytes: `${post('Content-Length : 3')}abc`,
  },
  {
    name: 'Transfer-Encoding in HTTP/1.0',
    section: coding,
    bytes: `${head('POST /a HTTP/1.0', 'Host: gateway.example', 'Transfer-Encoding: chunked')}${chunks}`,
  },
  {
    name: 'Transfer-Encoding in HTTP/1.0 with keep-alive',
    section: coding,
    bytes: `${head('POST /a HTTP/1.0', 'Connection: keep-alive', 'Transfer-Encoding: chunked')}${chunks}`,
  },
  {
    name: 'Connection that names Transfer-Encoding',
    section: 'RFC 9110 §7.6.1',
    bytes: coded('Transfer-Encoding: chunked', 'Connection: Transfer-Encoding'),
  },
  {
    name: 'Connection that names Content-Length',
    section: 'RFC 9110 §7.6.1',
    bytes: `${post('Content-Length: 3', 'Connection: close, content-length')}abc`,
  },

  { name: 'two different lengths', section: length, bytes: `${post('Content-Length: 3', 'Content-Length: 4')}abcd` },
  { name: 'one length twice', section: length, bytes: `${post('Content-Length: 3', 'Content-Length: 3')}abc` },
  { name: 'a list of lengths', section: length, bytes: sized('3, 3') },
  { name: 'a list with an empty member', section: length, bytes: sized('3,') },
  { name: 'an empty length', section: length, bytes: sized('') },
  { name: 'a positive length', section: length, bytes: sized('+3') },
  { name: 'a negative length', section: length, bytes: sized('-3') },
  { name: 'a negative zero', section: length, bytes: sized('-0') },
  { name: 'a hexadecimal length', section: length, bytes: sized('0x3') },
  { name: 'a length with a fraction', section: length, bytes: sized('3.0') },
  { name: 'a length with an exponent', section: length, bytes: sized('3e0') },
  { name: 'a length with a blank', section: length, bytes: sized('3 0') },
  { name: 'a length with an underscore', section: length, bytes: sized('1_0') },
  { name: 'a length with a unit', section: length, bytes: sized('3bytes') },
  { name: 'a quoted length', section: length, bytes: sized('"3"') },
  { name: 'a length with a semicolon', section: length, bytes: sized('3;') },
  { name: 'a length behind a vertical tab', section: length, bytes: sized('\x0b3') },
  { name: 'a length in letters', section: length, bytes: sized('three') },
  { name: 'a length in digits beyond ASCII', section: length, bytes: sized('\xb3') },
  { name: 'a length of 2^63', section: length, bytes: sized('9223372036854775808') },
  { name: 'a length of 2^64 + 3', section: length, bytes: sized('18446744073709551619') },
  { name: 'a bad length in a GET', section: length, bytes: get('Content-Length: x') },
  {
    name: 'a bad length in HTTP/1.0',
    section: length,
    bytes: head('POST /a HTTP/1.0', 'Content-Length: -1'),
  },
  {
    name: 'an upgrade with a body',
    section: 'RFC 9110 §7.8',
    bytes: `${post('Connection: upgrade', 'Upgrade: websocket', 'Content-Length: 3')}abc`,
  },
];
