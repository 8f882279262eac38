import type { Answer } from '../byte-client.ts';
import type { Field } from '../reading/field-lines.ts';
import { membersOf } from '../reading/field-lines.ts';
import { type ReadResponse, type ResponseReading, readResponse } from '../reading/response.ts';
import type { ResponseCase } from './response-case.ts';
import { endingOf } from './response-backend.ts';

/** What a client that reads strictly takes an answer for. */
export function viewOf({ text, ended, error }: Answer, { method }: ResponseCase): ResponseReading {
  return readResponse(text, method === 'HEAD', ended && error === undefined);
}

export function readingOf(responseCase: ResponseCase): ResponseReading {
  return readResponse(responseCase.bytes, responseCase.method === 'HEAD', endingOf(responseCase) === 'End');
}

/** What is wrong with how the balancer passed on a response: it must be this very response, or 502, or break off visibly. */
export function responseFaultsOf(responseCase: ResponseCase, answer: Answer): string[] {
  const expected = readingOf(responseCase);
  const view = viewOf(answer, responseCase);
  if ('status' in expected) {
    if (!('status' in view)) return [`the client got no response: ${JSON.stringify(view)}`];
    const rest = view.end === answer.text.length ? [] : ['bytes came behind the response'];
    return [...differencesOf(expected, view), ...rest];
  }
  const isOwn = 'status' in view && view.status === 502 && view.end === answer.text.length && answer.ended;
  if (isOwn) return [];
  const part = 'fault' in expected ? expected.part : expected.incomplete;
  if (part === 'Head') return ['a response that is none was not answered with 502'];
  return 'incomplete' in view && answer.ended ? [] : ['a response that broke off, or has a bad body, looks whole'];
}

function differencesOf(expected: ReadResponse, view: ReadResponse): string[] {
  const rules: readonly [boolean, string][] = [
    [view.status === expected.status, `status ${view.status} instead of ${expected.status}`],
    [view.body === expected.body, 'another body'],
    [sameText(view.interim, expected.interim), 'other interim responses'],
    [sameText(view.trailers, expected.trailers), 'other trailers'],
    [sameText(withoutOurs(view.fields), endToEnd(expected)), 'other fields'],
  ];
  return rules.filter(([holds]) => !holds).map(([, sentence]) => sentence);
}

function sameText(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** RFC 9110 §7.6.1. */
const hopByHop = ['connection', 'keep-alive', 'proxy-connection', 'te', 'upgrade'];

/** RFC 9110 §8.6: 204 has no Content-Length, though some servers give it one. */
function endToEnd({ status, fields }: ReadResponse): Field[] {
  const named = new Set([
    ...hopByHop,
    ...membersOf(fields, 'connection'),
    ...(status === 204 ? ['content-length'] : []),
  ]);
  return fields.filter(({ name }) => !named.has(name)).map((field) => plain(field));
}

/** Numbers and codings may be written in another way. */
function plain({ name, value }: Field): Field {
  if (name === 'content-length') return { name, value: `${Number(value)}` };
  return name === 'transfer-encoding' ? { name, value: value.toLowerCase() } : { name, value };
}

/** Without what the balancer adds: RFC 9110 §7.6.3 and §9.6. */
function withoutOurs(fields: readonly Field[]): Field[] {
  return fields.filter(
    ({ name, value }) =>
      !(name === 'via' && value.endsWith(' gatewaypool')) && !(name === 'connection' && value === 'close'),
  );
}
