import { type Fault, type Field, membersOf, readFields, valuesOf } from './field-lines.ts';
import { balancerLimits, readChunks } from './stream.ts';

/** A response of which every byte came. */
export interface ReadResponse {
  readonly status: number;
  readonly fields: readonly Field[];
  /** Without its coding, latin1. */
  readonly body: string;
  readonly trailers: readonly Field[];
  /** Of the interim responses before it. */
  readonly interim: readonly number[];
  /** The index behind its last byte. */
  readonly end: number;
}

type Part = 'Head' | 'Body';

export type ResponseReading =
  | ReadResponse
  | (Fault & { readonly part: Part })
  /** The connection ended, or went silent, in the middle. */
  | { readonly incomplete: Part };

interface Head {
  readonly status: number;
  readonly old: boolean;
  readonly fields: readonly Field[];
}

/**
 * The one strict reading of what answers one request without Upgrade: RFC 9112, and no answer is what two recipients could read
 * differently. Nothing of the balancer is in it.
 * @param ended the connection ended in order behind these bytes
 */
export function readResponse(bytes: string, toHead: boolean, ended: boolean): ResponseReading {
  const interim: number[] = [];
  for (let start = 0; ; ) {
    const headEnd = bytes.indexOf('\r\n\r\n', start);
    const octets = (headEnd === -1 ? bytes.length : headEnd + 2) - start;
    if (octets > balancerLimits.headBytes) return { fault: 'a head too large', part: 'Head' };
    if (headEnd === -1) return { incomplete: 'Head' };
    const head = readHead(bytes.slice(start, headEnd));
    if ('fault' in head) return { ...head, part: 'Head' };
    start = headEnd + 4;
    if (head.status >= 200) return readBody(bytes, start, { ...head, interim }, toHead, ended);
    interim.push(head.status);
  }
}

/** RFC 9112 §4. The blank behind the status may be missing, as some servers leave it out. */
function readHead(text: string): Head | Fault {
  const [line = '', ...fieldLines] = text.split('\r\n');
  const [, minor, code] = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/.exec(line) ?? [];
  if (code === undefined) return { fault: 'RFC 9112 §4: a status line that is none' };
  if (fieldLines.some((field) => /[\r\n\0]/.test(field))) return { fault: 'RFC 9112 §2.2: a bare CR or LF, or NUL' };
  const fields = readFields(fieldLines, balancerLimits);
  if ('fault' in fields) return fields;
  const head: Head = { fields, status: Number(code), old: minor === '0' };
  if (head.status === 101) return { fault: 'RFC 9110 §15.2.2: a switch that nobody asked for' };
  const fault = framingFault(head);
  return fault === undefined ? head : { fault };
}

/** RFC 9112 §6.1 and §6.3, RFC 9110 §8.6. */
function framingFault({ fields, status, old }: Head): string | undefined {
  const codings = valuesOf(fields, 'transfer-encoding');
  const lengths = valuesOf(fields, 'content-length');
  const hidden = membersOf(fields, 'connection').filter((name) =>
    /^(content-length|transfer-encoding|host)$/.test(name),
  );
  const bodiless = status < 200 || status === 204;
  if (hidden.length > 0) return 'RFC 9110 §7.6.1: Connection names a field for all recipients';
  if (codings.length + lengths.length > 1) return 'RFC 9112 §6.3: the length is said twice';
  if (codings.some((coding) => coding.toLowerCase() !== 'chunked')) return 'RFC 9112 §6.1: an unknown coding';
  if (codings.length > 0 && (old || bodiless)) return 'RFC 9112 §6.1: chunks where there can be none';
  if (lengths.some((length) => !/^\d{1,15}$/.test(length))) return 'RFC 9110 §8.6: a length that is no number';
  if (bodiless && lengths.some((length) => Number(length) > 0)) return 'RFC 9110 §8.6: a length of no body';
  return undefined;
}

function readBody(
  bytes: string,
  start: number,
  head: Head & Pick<ReadResponse, 'interim'>,
  toHead: boolean,
  ended: boolean,
): ResponseReading {
  const { fields, status, interim } = head;
  const whole = { status, fields, interim, trailers: [] };
  const [length] = valuesOf(fields, 'content-length');
  if (toHead || status === 204 || status === 304) return { ...whole, body: '', end: start };
  if (valuesOf(fields, 'transfer-encoding').length > 0) {
    const body = readChunks(bytes, start, balancerLimits);
    if ('fault' in body) return { fault: body.fault, part: 'Body' };
    return 'incomplete' in body ? { incomplete: 'Body' } : { ...whole, ...body };
  }
  if (length === undefined && !ended) return { incomplete: 'Body' };
  const end = length === undefined ? bytes.length : start + Number(length);
  return end > bytes.length ? { incomplete: 'Body' } : { ...whole, body: bytes.slice(start, end), end };
}
