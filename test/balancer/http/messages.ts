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
  /** The field that frames it, as it is sent and as it must be received. */
  readonly line: string;
  readonly receivedLine: string;
  readonly text: string;
}

const blanks = fc.constantFrom('', ' ', ' ', ' ', '\t', ' \t ');

/** A framing field that is not written in the plain way comes with its value at the end of its line, behind spaces. */
function framing(name: string, before: string, text: string, behind: string, plain: string): Omit<Body, 'text'> {
  const line = `${name}:${before}${text}${behind}`;
  const isPlain = text === plain && behind === '' && (before === '' || before === ' ');
  return { line, receivedLine: isPlain ? line : `${name}:${plain.padStart(line.length - name.length - 1)}` };
}

const ofLength: fc.Arbitrary<Body> = fc
  .tuple(octets, blanks, fc.constantFrom('', '', '0', '00'), blanks)
  .map(([text, before, zeros, behind]) => {
    const length = `${text.length}`;
    return { text, ...framing('Content-Length', before, zeros + length, behind, length) };
  });
const trailer = fc.tuple(token, value).map(([name, text]) => `X-${name}: ${text}\r\n`);
const chunked: fc.Arbitrary<Body> = fc
  .record({
    chunks: fc.array(octets, { maxLength: 4 }),
    trailers: fc.array(trailer, { maxLength: 6 }),
    coding: fc.constantFrom('chunked', 'chunked', 'Chunked', 'CHUNKED'),
    before: blanks,
    behind: blanks,
    capitals: fc.boolean(),
  })
  .map(({ chunks, trailers, coding, before, behind, capitals }) => {
    const size = (chunk: string): string => {
      const digits = chunk.length.toString(16);
      return capitals ? digits.toUpperCase() : digits;
    };
    const parts = chunks.filter((chunk) => chunk !== '').map((chunk) => `${size(chunk)}\r\n${chunk}\r\n`);
    const field = framing('Transfer-Encoding', before, coding, behind, 'chunked');
    return { ...field, text: `${parts.join('')}0\r\n${trailers.join('')}\r\n` };
  });
const body = fc.oneof(ofLength, chunked);

/** `Q-Mine` goes no further only where Connection names it. */
function kept(all: readonly Line[]): string[] {
  const named = all.some(({ text }) => text === 'CONNECTION: Q-Mine');
  return all.filter((line) => !line.hop || (line.text === 'Q-Mine: a' && !named)).map(({ text }) => text);
}

const print = (...all: readonly string[]): string => `${all.join('\r\n')}\r\n\r\n`;

const path = fc.string({ unit: fc.constantFrom(...'ab/?=&%20.;'.split('')), maxLength: 30 });

/** Any request that is to be passed on, from a client at 127.0.0.1; perhaps behind empty lines. */
export const anyRequest: fc.Arbitrary<Message> = fc
  .record({
    emptyLines: fc.constantFrom('', '', '\r\n', '\r\n\r\n'),
    method: fc.constantFrom('GET', 'PUT', 'POST', 'DELETE', 'X-OTHER'),
    target: path,
    fields: lines,
    content: fc.option(body),
    place: fc.nat(12),
  })
  .map(({ emptyLines, method, target, fields, content, place }) => {
    const [before, behind] = [fields.slice(0, place), fields.slice(place)];
    const host: Line = { text: 'Host: a.example:8080', hop: false };
    const all = (framingLine: string | undefined): Line[] => {
      const framed = framingLine === undefined ? [] : [{ text: framingLine, hop: false }];
      return [...before, host, ...framed, ...behind];
    };
    const line = `${method} /${target} HTTP/1.1`;
    const text = content?.text ?? '';
    const received = kept(all(content?.receivedLine));
    return {
      sent: emptyLines + print(line, ...all(content?.line).map((one) => one.text)) + text,
      received: print(line, ...received, 'X-Forwarded-For: 127.0.0.1', 'Via: 1.1 gatewaypool') + text,
    };
  });

const interim: fc.Arbitrary<Message> = fc
  .tuple(fc.constantFrom('103 Early Hints', '102 ', '100 Continue'), fc.array(endToEnd, { maxLength: 3 }))
  .map(([status, fields]) => {
    const texts = fields.map(({ text }) => text);
    const line = `HTTP/1.1 ${status}`;
    return { sent: print(line, ...texts), received: print(line, 'Via: 1.1 gatewaypool', ...texts) };
  });

const final: fc.Arbitrary<Message> = fc
  .tuple(fc.constantFrom('200 OK', '404 ', '500 Internal \xe9rror'), lines, body, fc.nat(12))
  .map(([status, fields, content, place]) => {
    const all = (framingLine: string): Line[] => fields.toSpliced(place, 0, { text: framingLine, hop: false });
    const line = `HTTP/1.1 ${status}`;
    return {
      sent: print(line, ...all(content.line).map((one) => one.text)) + content.text,
      received: print(line, 'Via: 1.1 gatewaypool', ...kept(all(content.receivedLine))) + content.text,
    };
  });

/** The fields of 304 may speak of a body that does not come: RFC 9110 §15.4.5. */
const bodiless: fc.Arbitrary<Message> = fc
  .tuple(fc.constantFrom('204 No Content', '304 ', '304 ~Content-Length: 5', '304 ~Transfer-Encoding: chunked'), lines)
  .map(([start, fields]) => {
    const [status, framed] = start.split('~');
    const all = framed === undefined ? fields : [...fields, { text: framed, hop: false }];
    const line = `HTTP/1.1 ${status}`;
    return {
      sent: print(line, ...all.map(({ text }) => text)),
      received: print(line, 'Via: 1.1 gatewaypool', ...kept(all)),
    };
  });

/** Any response that leaves the connection open, perhaps behind interim ones. */
export const anyResponse: fc.Arbitrary<Message> = fc
  .tuple(
    fc.array(interim, { maxLength: 2 }),
    fc.oneof({ weight: 4, arbitrary: final }, { weight: 1, arbitrary: bodiless }),
  )
  .map(([before, last]) => ({
    sent: [...before, last].map(({ sent }) => sent).join(''),
    received: [...before, last].map(({ received }) => received).join(''),
  }));

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
