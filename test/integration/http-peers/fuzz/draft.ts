import type { Random } from '../../../sim/random.ts';

/** A message in the making: still in parts, so that a mutation can change one. */
export interface Draft {
  /** Method, target and version; or version, status and reason. */
  readonly startLine: readonly string[];
  /** Without their line ends. */
  readonly fields: readonly string[];
  /** As it is sent, with its coding. */
  readonly body: string;
  /** Between the head's lines. */
  readonly lineEnd: string;
}

/** Each a change that a parser may or may not notice. */
export type Mutation = (draft: Draft, random: Random) => Draft;

export function textOf({ startLine, fields, body, lineEnd }: Draft): string {
  return `${[startLine.join(' '), ...fields].join(lineEnd)}${lineEnd}${lineEnd}${body}`;
}

const methods = ['GET', 'GET', 'POST', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH'] as const;
const targets = [
  '/',
  '/a',
  '/a?b=c',
  '/%2e%2e/a',
  '/a;b',
  'http://gateway.example/a',
  'http://gateway.example',
] as const;
const plainFields = [
  'X-A: a',
  'X-B:',
  'Accept: */*',
  'Cookie: a=b; c="d"',
  'X-C: \t a\tb ',
  'X-D: \xe9\xff',
  'TE: trailers',
  'Trailer: X-Sum',
  'Connection: keep-alive',
  'Connection: X-A',
  'Keep-Alive: timeout=5',
  'Upgrade: h2c',
  'Content-Type: text/plain',
] as const;
export const contents = [
  '',
  'a',
  'abc',
  '0\r\n\r\n',
  '\r\n',
  'GET /smuggled HTTP/1.1\r\nHost: gateway.example\r\n\r\n',
  '\0\xff\r\n',
  'b'.repeat(3000),
] as const;

/** A well-formed request. `last`: it says that the connection ends with it. */
export function goodDraft(random: Random, last: boolean): Draft {
  const fields = ['Host: gateway.example'];
  for (let count = random.below(4); count > 0; count -= 1) fields.push(random.pick(plainFields) ?? '');
  if (last) fields.push('Connection: close');
  const method = random.pick(methods) ?? 'GET';
  const target = random.pick(targets) ?? '/';
  const head: Draft = { fields, startLine: [method, target, 'HTTP/1.1'], body: '', lineEnd: '\r\n' };
  const content = random.pick(contents) ?? '';
  const framing = random.below(3);
  if (framing === 0) return head;
  const at = random.below(fields.length + 1);
  if (framing === 1) {
    return { ...head, fields: fields.toSpliced(at, 0, `Content-Length: ${content.length}`), body: content };
  }
  return { ...head, fields: fields.toSpliced(at, 0, 'Transfer-Encoding: chunked'), body: chunksOf(content, random) };
}

/** RFC 9112 §7.1. */
export function chunksOf(content: string, random: Random): string {
  let coded = '';
  for (let position = 0; position < content.length; ) {
    const part = content.slice(position, position + 1 + random.below(content.length));
    position += part.length;
    const size = part.length.toString(16);
    coded += `${'0'.repeat(random.below(3))}${random.chance(0.5) ? size.toUpperCase() : size}\r\n${part}\r\n`;
  }
  return `${coded}0\r\n${random.chance(0.2) ? 'X-Sum: a\r\n' : ''}\r\n`;
}
