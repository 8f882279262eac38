import { type Field, listOf, valuesOf } from './fields.ts';
import { type RequestHead, upgradeProtocol } from './request-head.ts';
import type { ResponseHead } from './response-head.ts';

/** Our name in Via: RFC 9110 §7.6.3. */
const pseudonym = 'gatewaypool';

/** Fields for one hop only, whether or not Connection names them: RFC 9110 §7.6.1. */
const hopByHop = new Set(['connection', 'keep-alive', 'proxy-connection', 'te', 'upgrade']);

/** The request head as the backend gets it. */
export function requestHeadBytes(head: RequestHead, clientAddress: string): string {
  const forwardedFor = [...valuesOf(head.fields, 'x-forwarded-for'), clientAddress].join(', ');
  const lines = [
    `${head.method} ${head.target} HTTP/${head.version}`,
    ...endToEnd(head.fields, requestDrops(head)),
    `X-Forwarded-For: ${forwardedFor}`,
    `Via: ${head.version} ${pseudonym}`,
  ];
  if (head.upgrade) lines.push('Connection: upgrade', `Upgrade: ${upgradeProtocol(head.fields) ?? ''}`);
  return finish(lines);
}

/** The response head as the client gets it. `close`: this is the last response on the client's connection. */
export function responseHeadBytes(head: ResponseHead, close: boolean): string {
  const lines = [
    `HTTP/1.1 ${head.status} ${head.reason}`,
    ...endToEnd(head.fields, hopByHop),
    `Via: ${head.version} ${pseudonym}`,
  ];
  if (head.status === 101) {
    lines.push('Connection: upgrade', ...valuesOf(head.fields, 'upgrade').map((value) => `Upgrade: ${value}`));
  } else if (close && head.status >= 200) {
    lines.push('Connection: close');
  }
  return finish(lines);
}

/** An HTTP/1.0 client is not sent 100 Continue, so its Expect must not reach the backend (RFC 9110 §10.1.1). */
function requestDrops(head: RequestHead): ReadonlySet<string> {
  const drops = new Set([...hopByHop, 'x-forwarded-for']);
  if (head.version === '1.0') drops.add('expect');
  return drops;
}

function endToEnd(fields: readonly Field[], drops: ReadonlySet<string>): readonly string[] {
  const named = listOf(fields, 'connection');
  return fields
    .filter(({ lowerName }) => !drops.has(lowerName) && !named.includes(lowerName))
    .map(({ name, value }) => `${name}: ${value}`);
}

function finish(lines: readonly string[]): string {
  return `${lines.join('\r\n')}\r\n\r\n`;
}
