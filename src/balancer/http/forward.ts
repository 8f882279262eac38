import { linesWithout, valuesOf } from './fields.ts';
import type { RequestHead } from './request-head.ts';
import type { ResponseHead } from './response-head.ts';

/** Our name in Via: RFC 9110 §7.6.3. */
const pseudonym = 'gatewaypool';

/** Fields for one hop only, whether or not Connection names them: RFC 9110 §7.6.1. */
const hopByHop = ['connection', 'keep-alive', 'proxy-connection', 'te', 'upgrade'];

/** We write our own, with what it held before. */
const requestDrops = [...hopByHop, 'x-forwarded-for'];

/** An HTTP/1.0 client is not sent 100 Continue, so its Expect must not reach the backend (RFC 9110 §10.1.1). */
const oldRequestDrops = [...requestDrops, 'expect'];

/** The request head as the backend gets it. */
export function requestHeadText(head: RequestHead, clientAddress: string): string {
  const { method, target, version, fields, connection, upgrade } = head;
  const drops = version === '1.0' ? oldRequestDrops : requestDrops;
  const lines = linesWithout(fields, connection.length === 0 ? drops : [...drops, ...connection]);
  const before = valuesOf(fields, 'x-forwarded-for');
  const way = before.length === 0 ? clientAddress : `${before.join(', ')}, ${clientAddress}`;
  const switched = upgrade === undefined ? '' : `Connection: upgrade\r\nUpgrade: ${upgrade}\r\n`;
  return `${method} ${target} HTTP/${version}\r\n${lines}X-Forwarded-For: ${way}\r\nVia: ${version} ${pseudonym}\r\n${switched}\r\n`;
}

/** The response head as the client gets it. `close`: this is the last response on the client's connection. */
export function responseHeadText(head: ResponseHead, close: boolean): string {
  const { status, reason, version, fields, connection } = head;
  const lines = linesWithout(fields, connection.length === 0 ? hopByHop : [...hopByHop, ...connection]);
  const last = status === 101 ? switching(head) : close && status >= 200 ? 'Connection: close\r\n' : '';
  return `HTTP/1.1 ${status} ${reason}\r\n${lines}Via: ${version} ${pseudonym}\r\n${last}\r\n`;
}

function switching({ fields }: ResponseHead): string {
  const protocols = valuesOf(fields, 'upgrade').map((value) => `Upgrade: ${value}\r\n`);
  return `Connection: upgrade\r\n${protocols.join('')}`;
}
