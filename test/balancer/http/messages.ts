import * as fc from 'fast-check';

/** A message as one side sends it, and as the other side must get it; latin1. */
export interface Message {
  readonly sent: string;
  readonly received: string;
}

interface Line {
  readonly text: string;
  /** It goes no further. */
  readonly hop: boolean;
}

const token = fc.string({ unit: fc.constantFrom(...'abcXYZ019-_.!~'.split('')), minLength: 1, maxLength: 12 });
const valueOctet = fc.constantFrom(...'abc ,;:="/%\t\xe9\xff09'.split(''));
const value = fc.string({ unit: valueOctet, maxLength: 60 }).map((text) => text.trim());

const endToEnd: fc.Arbitrary<Line> = fc
  .tuple(token, fc.constantFrom('', ' ', '\t '), value, fc.constantFrom('', ' '))
  .map(([name, before, text, behind]) => ({ text: `X-${name}:${before}${text}${behind}`, hop: false }));
const hop: fc.Arbitrary<Line> = fc
  .constantFrom(
    'Keep-Alive: timeout=5',
    'TE: trailers',
    'proxy-connection:',
    'Connection: keep-alive',
    'CONNECTION: Q-Mine',
    'Q-Mine: a',
  )
  .map((text) => ({ text, hop: true }));
const lines = fc.array(fc.oneof({ weight: 3, arbitrary: endToEnd }, { weight: 1, arbitrary: hop }), { maxLength: 12 });

const octets = fc
  .oneof(
    { weight: 9, arbitrary: fc.uint8Array({ maxLength: 300 }) },
    { weight: 1, arbitrary: fc.uint8Array({ minLength: 15_000, maxLength: 40_000, size: 'max' }) },
  )
  .map((bytes) => Buffer.from(bytes).toString('latin1'));

interface Body {
  readonly line: string;
  readonly text: string;
}

const ofLength: fc.Arbitrary<Body> = octets.map((text) => ({ line: `Content-Length: ${text.length}`, text }));
const chunked: fc.Arbitrary<Body> = fc
  .tuple(fc.array(octets, { maxLength: 4 }), fc.array(token, { maxLength: 2 }), fc.boolean())
  .map(([chunks, trailers, capitals]) => {
    const size = (chunk: string): string => {
      const digits = chunk.length.toString(16);
      return capitals ? digits.toUpperCase() : digits;
    };
    const parts = chunks.filter((chunk) => chunk !== '').map((chunk) => `${size(chunk)}\r\n${chunk}\r\n`);
    const section = trailers.map((name) => `X-${name}: a\r\n`).join('');
    return { line: 'Transfer-Encoding: chunked', text: `${parts.join('')}0\r\n${section}\r\n` };
  });
const body = fc.oneof(ofLength, chunked);

/** `Q-Mine` goes no further only where Connection names it. */
function kept(all: readonly Line[]): string[] {
  const named = all.some(({ text }) => text === 'CONNECTION: Q-Mine');
  return all.filter((line) => !line.hop || (line.text === 'Q-Mine: a' && !named)).map(({ text }) => text);
}

const print = (...all: readonly string[]): string => `${all.join('\r\n')}\r\n\r\n`;

const path = fc.string({ unit: fc.constantFrom(...'ab/?=&%20.;'.split('')), maxLength: 30 });

/** Any request that is to be passed on, from a client at 127.0.0.1. */
export const anyRequest: fc.Arbitrary<Message> = fc
  .tuple(fc.constantFrom('GET', 'PUT', 'POST', 'DELETE', 'X-OTHER'), path, lines, fc.option(body), fc.nat(12))
  .map(([method, target, fields, content, place]) => {
    const framing: Line[] = content === null ? [] : [{ text: content.line, hop: false }];
    const all = [
      ...fields.slice(0, place),
      { text: 'Host: a.example:8080', hop: false },
      ...framing,
      ...fields.slice(place),
    ];
    const line = `${method} /${target} HTTP/1.1`;
    const text = content?.text ?? '';
    return {
      sent: print(line, ...all.map((one) => one.text)) + text,
      received: print(line, ...kept(all), 'X-Forwarded-For: 127.0.0.1', 'Via: 1.1 gatewaypool') + text,
    };
  });

/** Any final response that leaves the connection open. */
export const anyResponse: fc.Arbitrary<Message> = fc
  .tuple(fc.constantFrom('200 OK', '404 ', '500 Internal \xe9rror'), lines, body, fc.nat(12))
  .map(([status, fields, content, place]) => {
    const all = [...fields.slice(0, place), { text: content.line, hop: false }, ...fields.slice(place)];
    const line = `HTTP/1.1 ${status}`;
    return {
      sent: print(line, ...all.map((one) => one.text)) + content.text,
      received: print(line, 'Via: 1.1 gatewaypool', ...kept(all)) + content.text,
    };
  });

/** Where a message is cut: sizes of parts, the rest is the last part. Small ones, so that heads and chunk sizes are cut too. */
export const anyCuts = fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 10, max: 400 })), {
  maxLength: 12,
});

export function cutInto(text: string, sizes: readonly number[]): string[] {
  const parts: string[] = [];
  let start = 0;
  for (const size of sizes) {
    if (start < text.length) parts.push(text.slice(start, start + size));
    start += size;
  }
  return start < text.length ? [...parts, text.slice(start)] : parts;
}
