import { connectionHidesFraming, type Field, listOf, parseFields } from './fields.ts';
import { declaredFraming, type Framing } from './framing.ts';

export interface ResponseHead {
  readonly status: number;
  /** The status line's text after the code; may be empty. */
  readonly reason: string;
  readonly version: '1.0' | '1.1';
  readonly fields: readonly Field[];
  readonly framing: Framing;
  /** The backend closes after this response, or cannot keep the connection. */
  readonly close: boolean;
}

const statusLineForm = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: ([\t\x20-\x7e\x80-\xff]*))?$/;

/** Checks a response head by RFC 9112, as strictly as a request's. `method` is the request's. Undefined = not to be passed on. */
export function parseResponseHead(text: string, method: string): ResponseHead | undefined {
  const [statusLine = '', ...fieldLines] = text.split('\r\n');
  const [, minor, code, reason = ''] = statusLineForm.exec(statusLine) ?? [];
  const fields = parseFields(fieldLines);
  if (code === undefined || fields === undefined || connectionHidesFraming(fields)) return undefined;

  const status = Number(code);
  const version = minor === '0' ? '1.0' : '1.1';
  const declared = declaredFraming(fields);
  if (declared === undefined || (version === '1.0' && declared !== 'Absent' && declared.kind === 'Chunked'))
    return undefined;
  const bodiless = method === 'HEAD' || status < 200 || status === 204 || status === 304;
  const framing: Framing = bodiless ? { kind: 'None' } : declared === 'Absent' ? { kind: 'UntilClose' } : declared;
  const close = version === '1.0' || framing.kind === 'UntilClose' || listOf(fields, 'connection').includes('close');
  return { status, reason, version, fields, framing, close };
}
