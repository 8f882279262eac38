import type { Random } from '../../../sim/random.ts';
import type { Draft, Mutation } from './draft.ts';

const framingFields = [
  'Content-Length: 0',
  'Content-Length: 3',
  'Content-Length: 03',
  'Content-Length: +3',
  'Content-Length: -3',
  'Content-Length: 3, 3',
  'Content-Length: 0x3',
  'Content-Length: 3 ',
  'Content-Length: 3\x0b',
  'Content-Length : 3',
  'Content-Length: 99999999999999999999',
  'Content-Length:',
  'Content_Length: 3',
  'Transfer-Encoding: chunked',
  'transfer-encoding: CHUNKED',
  'Transfer-Encoding: identity',
  'Transfer-Encoding: chunked, identity',
  'Transfer-Encoding: gzip, chunked',
  'Transfer-Encoding: chunked, chunked',
  'Transfer-Encoding: xchunked',
  'Transfer-Encoding: "chunked"',
  'Transfer-Encoding: \x0bchunked',
  'Transfer-Encoding:\tchunked\t',
  'Transfer-Encoding : chunked',
  'Transfer-Encoding: chunked;a=b',
  'Transfer-Encoding: ,chunked',
  'Transfer-Encoding:',
  'Transfer_Encoding: chunked',
  'X: a\nTransfer-Encoding: chunked',
  'X: a\rTransfer-Encoding: chunked',
  'Expect: 100-continue',
  'Connection: close, X-A',
  'Connection: Content-Length',
  'Connection: Transfer-Encoding',
  'Connection: upgrade',
  'Upgrade: websocket',
] as const;

const oddFields = [
  'Host: gateway.example',
  'Host: other.example',
  'Host: a, b',
  'Host: a/b',
  'Host: me@a',
  'Host:',
  ' folded',
  '\tfolded',
  'no colon',
  ': no name',
  'X : a',
  'X: \0',
  'X: \x7f',
  'X\xe9: a',
  'X[0]: a',
] as const;

const oddTargets = [
  '*',
  'a',
  '//a/b',
  '/a b',
  '/a#b',
  '/\0',
  '/\xe9',
  '/a\tb',
  '',
  'http://other.example/',
  'http:///a',
  'gateway.example:80',
  '/a%',
] as const;
const oddVersions = [
  'HTTP/1.0',
  'HTTP/1.0',
  'HTTP/1.2',
  'HTTP/2.0',
  'http/1.1',
  'HTTP/1.1 ',
  'HTTP/01.1',
  'HTTP/1.10',
  '',
] as const;
const oddMethods = [
  'CONNECT',
  'TRACE',
  'PRI',
  'get',
  'G:T',
  'GET ',
  ' GET',
  '',
  'M-SEARCH',
  "A!#$%&'*+.^_`|~",
  '\0',
] as const;

function put(draft: Draft, random: Random, field: string): Draft {
  return { ...draft, fields: draft.fields.toSpliced(random.below(draft.fields.length + 1), 0, field) };
}

/** Changes the coded chunks of a body, where it has some. */
const inChunks =
  (from: RegExp, to: (random: Random) => string): Mutation =>
  (draft, random) => ({ ...draft, body: draft.body.replace(from, to(random)) });

const sizeTails = [';', ';a=b', ';a="\r\n"', ' ', '\t', '\0', ';\n', '\r', ' ;a', ';a\x0b'] as const;
const otherSizes = [
  '0x3',
  '+3',
  '-3',
  '3g',
  '',
  ' 3',
  '10000000000000003',
  '00000000000000003',
  'FFFFFFFFFFFFFFFF',
  '3.',
  '1_0',
] as const;
const otherEnds = ['\n', '\r', '\r\r\n', '\n\r', '', '\r\n\r\n', 'XX'] as const;

const trailers = [
  'X\r\n',
  'X : a\r\n',
  ' X: a\r\n',
  'Content-Length: 3\r\n',
  'Transfer-Encoding: chunked\r\n',
  'X-Forwarded-For: 192.0.2.1\r\n',
  'Keep-Alive: 5\r\n',
  'X-Sum: a\r\n',
  'X: a\n',
  'X: \0\r\n',
  'GET / HTTP/1.1\r\n',
] as const;

/** Another text for one part of the start line. */
export const startLinePart =
  (index: number, texts: readonly string[]): Mutation =>
  (draft, random) => ({ ...draft, startLine: draft.startLine.with(index, random.pick(texts) ?? '') });

/** What attacks on proxies are made of: one rule of the grammar broken or stretched at a time. */
export const messageMutations: readonly Mutation[] = [
  (draft, random) => put(draft, random, random.pick(framingFields) ?? ''),
  (draft, random) => put(draft, random, random.pick(framingFields) ?? ''),
  (draft, random) => put(draft, random, random.pick(oddFields) ?? ''),
  (draft, random) => ({ ...draft, fields: draft.fields.toSpliced(random.below(draft.fields.length), 1) }),
  (draft, random) => put(draft, random, draft.fields[random.below(draft.fields.length)] ?? ''),
  (draft) => ({ ...draft, lineEnd: '\n' }),
  (draft, random) => ({ ...draft, lineEnd: random.pick(['\r', '\r\r\n', '\n\r']) ?? '' }),
  (draft, random) => ({ ...draft, body: draft.body.slice(0, random.below(draft.body.length + 1)) }),
  (draft, random) => ({ ...draft, body: `${draft.body}${random.pick(['a', '\r\n', '\n', '0\r\n\r\n', ' ']) ?? ''}` }),
  inChunks(/^[0-9A-Fa-f]+/, (random) => random.pick(otherSizes) ?? ''),
  inChunks(/^([0-9A-Fa-f]+)\r\n/, (random) => `$1${random.pick(sizeTails) ?? ''}\r\n`),
  inChunks(/\r\n0+\r\n/, (random) => `\r\n0${random.pick(sizeTails) ?? ''}\r\n`),
  inChunks(/\r\n/, (random) => random.pick(otherEnds) ?? ''),
  inChunks(/\r\n(?=0*\r\n)/, (random) => random.pick(otherEnds) ?? ''),
  inChunks(/\r\n$/, (random) => random.pick(otherEnds) ?? ''),
  inChunks(/\r\n$/, (random) => `${random.pick(trailers) ?? ''}\r\n`),
];

export const requestMutations: readonly Mutation[] = [
  startLinePart(0, oddMethods),
  startLinePart(1, oddTargets),
  startLinePart(2, oddVersions),
  ...messageMutations,
];
