import { get, head, type Refused } from './messages.ts';

const to = (...hosts: readonly string[]) => head('GET /a HTTP/1.1', ...hosts);

const lineForm = 'RFC 9112 §5';
const lineEnd = 'RFC 9112 §2.2';
const host = 'RFC 9112 §3.2';
const fold = 'RFC 9112 §5.2';

export const refusedFields: readonly Refused[] = [
  { name: 'a blank before the colon', section: 'RFC 9112 §5.1', bytes: get('X : a') },
  { name: 'a tab before the colon', section: 'RFC 9112 §5.1', bytes: get('X\t: a') },
  { name: 'a blank in a name', section: lineForm, bytes: get('X Y: a') },
  { name: 'no name', section: lineForm, bytes: get(': a') },
  { name: 'no colon', section: lineForm, bytes: get('X') },
  { name: 'no colon in the last line', section: lineForm, bytes: get('X: a', 'Content-Length 3') },
  { name: 'a control character in a name', section: 'RFC 9110 §5.1', bytes: get('X\x01: a') },
  { name: 'NUL in a name', section: 'RFC 9110 §5.1', bytes: get('X\0: a') },
  { name: 'a byte beyond ASCII in a name', section: 'RFC 9110 §5.1', bytes: get('X\xe9: a') },
  { name: 'brackets in a name', section: 'RFC 9110 §5.1', bytes: get('X[]: a') },
  { name: 'a quoted name', section: 'RFC 9110 §5.1', bytes: get('"X": a') },
  { name: 'NUL in a value', section: 'RFC 9110 §5.5', bytes: get('X: a\0b') },
  { name: 'a control character in a value', section: 'RFC 9110 §5.5', bytes: get('X: a\x01b') },
  { name: 'a vertical tab in a value', section: 'RFC 9110 §5.5', bytes: get('X: \x0ba') },
  { name: 'a form feed in a value', section: 'RFC 9110 §5.5', bytes: get('X: a\x0c') },
  { name: 'DEL in a value', section: 'RFC 9110 §5.5', bytes: get('X: a\x7f') },
  { name: 'a bare CR in a value', section: lineEnd, bytes: get('X: a\rTransfer-Encoding: chunked') },
  { name: 'a bare CR at the end of a value', section: lineEnd, bytes: get('X: a\r') },
  { name: 'a bare LF in a value', section: lineEnd, bytes: get('X: a\nTransfer-Encoding: chunked') },
  { name: 'a bare LF for every line end', section: lineEnd, bytes: get('X: a').replaceAll('\r\n', '\n') },
  { name: 'a bare CR for every line end', section: lineEnd, bytes: `${get('X: a').replaceAll('\r\n', '\r')}\r\n\r\n` },
  { name: 'an empty line that is LF only', section: lineEnd, bytes: `${get().slice(0, -2)}\n` },
  { name: 'CR CR LF for an empty line', section: lineEnd, bytes: `${get().slice(0, -2)}\r\r\n\r\n` },
  { name: 'LF CR for a line end', section: lineEnd, bytes: get('X: a\n\rY: b') },
  { name: 'a folded value', section: fold, bytes: get('X: a', ' b') },
  { name: 'a value folded by a tab', section: fold, bytes: get('X: a', '\tb') },
  { name: 'a folded Transfer-Encoding', section: fold, bytes: get('Transfer-Encoding:', ' chunked') },
  { name: 'a folded line of blanks only', section: fold, bytes: get('X: a', ' ') },
  { name: 'a folded Host', section: fold, bytes: to('Host: gateway.example', ' other.example') },
  { name: 'more than 100 fields', section: 'RFC 6585 §5', bytes: get(...manyFields(101)), status: 431 },
  { name: 'a value that is too long', section: 'RFC 6585 §5', bytes: get(`X: ${'a'.repeat(16_384)}`), status: 431 },
  { name: 'a name that is too long', section: 'RFC 6585 §5', bytes: get(`${'a'.repeat(16_384)}: a`), status: 431 },
  {
    name: 'a target that is too long',
    section: 'RFC 9112 §3',
    bytes: head(`GET /${'a'.repeat(16_384)} HTTP/1.1`, 'Host: a'),
    status: 431,
  },

  { name: 'no Host', section: host, bytes: to() },
  { name: 'an empty Host', section: host, bytes: to('Host:') },
  { name: 'a Host of blanks', section: host, bytes: to('Host: \t ') },
  { name: 'one Host twice', section: host, bytes: to('Host: gateway.example', 'Host: gateway.example') },
  { name: 'two Hosts', section: host, bytes: to('Host: gateway.example', 'host: other.example') },
  { name: 'a list of Hosts', section: host, bytes: to('Host: gateway.example, other.example') },
  { name: 'a list of Hosts without a blank', section: host, bytes: to('Host: gateway.example,other.example') },
  { name: 'a Host with a path', section: host, bytes: to('Host: gateway.example/a') },
  { name: 'a Host with a query', section: host, bytes: to('Host: gateway.example?a') },
  { name: 'a Host with a fragment', section: host, bytes: to('Host: gateway.example#a') },
  { name: 'a Host with user information', section: host, bytes: to('Host: me@gateway.example') },
  { name: 'a Host with a scheme', section: host, bytes: to('Host: http://gateway.example') },
  { name: 'a Host with a backslash', section: host, bytes: to('Host: gateway.example\\other') },
  { name: 'a Host with a blank', section: host, bytes: to('Host: gateway.example other.example') },
  { name: 'a Host with a bad percent code', section: host, bytes: to('Host: gateway%zz.example') },
  { name: 'a Host with half a percent code', section: host, bytes: to('Host: gateway.example%2') },
  { name: 'a Host with a port that is no number', section: host, bytes: to('Host: gateway.example:http') },
  { name: 'a Host with a signed port', section: host, bytes: to('Host: gateway.example:+80') },
  { name: 'a Host with two ports', section: host, bytes: to('Host: gateway.example:80:81') },
  { name: 'a Host that is only a port', section: host, bytes: to('Host: :80') },
  { name: 'a Host with an address of IPv6 without brackets', section: host, bytes: to('Host: 2001:db8::1') },
  { name: 'a Host with half a bracket', section: host, bytes: to('Host: [2001:db8::1') },
  { name: 'a Host with text behind a bracket', section: host, bytes: to('Host: [2001:db8::1]a') },
  { name: 'a Host with a byte beyond ASCII', section: host, bytes: to('Host: g\xe4teway.example') },
  { name: 'a bad Host in HTTP/1.0', section: host, bytes: head('GET /a HTTP/1.0', 'Host: a/b') },
  {
    name: 'Connection that names Host',
    section: 'RFC 9110 §7.6.1',
    bytes: get('Connection: keep-alive, Host'),
  },
];

function manyFields(count: number): string[] {
  return Array.from({ length: count - 1 }, (_, index) => `X-${index}: a`);
}
