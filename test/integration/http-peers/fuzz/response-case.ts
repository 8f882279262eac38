import { type Random, randomOf } from '../../../sim/random.ts';
import { mutateBytes } from './byte-mutations.ts';
import { split } from './case.ts';
import { chunksOf, contents, type Draft, type Mutation, textOf } from './draft.ts';
import { messageMutations, startLinePart } from './message-mutations.ts';

/** What one backend answers to one request, latin1. */
export interface ResponseCase {
  readonly method: 'GET' | 'HEAD';
  readonly bytes: string;
  /** The same bytes as they are written. */
  readonly parts: readonly string[];
  /** How the backend ends the connection behind them; Open: not at all, unless the response would never be whole. */
  readonly ending: 'Open' | 'End' | 'Reset';
}

const statuses = ['200', '200', '200', '204', '206', '304', '404', '500', '503', '205'] as const;
const plainFields = [
  'X-A: a',
  'X-B:',
  'X-C: \t a\tb ',
  'X-D: \xe9\xff',
  'Set-Cookie: a=b; Path=/',
  'Set-Cookie: c="d"',
  'Trailer: X-Sum',
  'Connection: keep-alive',
  'Connection: close',
  'Connection: X-A',
  'Keep-Alive: timeout=5',
  'Via: 1.0 other',
  'Upgrade: h2c',
  'Content-Type: text/plain',
] as const;

const responseMutations: readonly Mutation[] = [
  startLinePart(0, ['HTTP/1.0', 'HTTP/1.0', 'HTTP/1.2', 'HTTP/2.0', 'http/1.1', 'HTTP/01.1', 'ICY', '', ' HTTP/1.1']),
  startLinePart(1, ['20', '2000', '000', '099', '600', '999', 'abc', '+20', '2 0', '', '101', '103', '100']),
  startLinePart(2, ['', '\xe9', '\0', 'O\rK', 'O\nK', ' ', 'OK\r\nX: a', 'OK\x7f']),
  ...messageMutations,
];

/** The same seed gives the same case. Some are well-formed, most nearly. */
export function responseCaseOf(seed: number): ResponseCase {
  const random = randomOf(seed);
  let bytes = '';
  for (let count = random.chance(0.15) ? 1 + random.below(2) : 0; count > 0; count -= 1) bytes += interim(random);
  let draft = goodResponse(random);
  const mutations = random.chance(0.7) ? 1 + random.below(2) : 0;
  for (let count = 0; count < mutations; count += 1) draft = random.pick(responseMutations)?.(draft, random) ?? draft;
  bytes += textOf(draft);
  if (random.chance(0.3)) bytes = mutateBytes(bytes, random);
  if (random.chance(0.1)) bytes += 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison';
  const ending = random.pick(['Open', 'Open', 'End', 'Reset'] as const) ?? 'Open';
  return { bytes, ending, method: random.chance(0.15) ? 'HEAD' : 'GET', parts: split(bytes, random) };
}

function interim(random: Random): string {
  const line = random.pick(['HTTP/1.1 103 Early Hints', 'HTTP/1.1 102 ']) ?? '';
  const field = random.pick([
    'Link: </a>; rel=preload\r\n',
    '',
    'Transfer-Encoding: chunked\r\n',
    'Content-Length: 3\r\n',
  ]);
  return `${line}\r\n${random.chance(0.7) ? '' : (field ?? '')}\r\n`;
}

function goodResponse(random: Random): Draft {
  const fields: string[] = ['X-Case: a'];
  for (let count = random.below(4); count > 0; count -= 1) fields.push(random.pick(plainFields) ?? '');
  const status = random.pick(statuses) ?? '200';
  const head: Draft = { fields, startLine: ['HTTP/1.1', status, 'OK'], body: '', lineEnd: '\r\n' };
  if (status === '204' || status === '304') return head;
  const content = random.pick(contents) ?? '';
  const framing = random.below(5);
  if (framing === 0) return { ...head, body: content };
  const at = random.below(fields.length + 1);
  if (framing < 3) {
    return { ...head, fields: fields.toSpliced(at, 0, `Content-Length: ${content.length}`), body: content };
  }
  return { ...head, fields: fields.toSpliced(at, 0, 'Transfer-Encoding: chunked'), body: chunksOf(content, random) };
}
