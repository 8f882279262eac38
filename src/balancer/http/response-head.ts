import { connectionHidesFraming, type Fields, listOf, parseFields } from './fields.ts';
import { declaredFraming, type Framing } from './framing.ts';

export interface ResponseHead {
  readonly status: number;
  /** The status line's text after the code; may be empty. */
  readonly reason: string;
  readonly version: '1.0' | '1.1';
  readonly fields: Fields;
  readonly framing: Framing;
  /** The members of Connection, in lower case. */
  readonly connection: readonly string[];
  /** The backend closes after this response, or cannot keep the connection. */
  readonly close: boolean;
}

const statusLineForm = /HTTP\/1\.[01] [1-5]\d\d(?: [\t\x20-\x7e\x80-\xff]*)?(?:\r\n|$)/y;

/** Where the parts of a status line stand: `HTTP/1.1 200 OK`. */
const minorAt = 7;
const codeAt = 9;
const reasonAt = 13;

const noBody: Framing = { kind: 'None' };
const untilClose: Framing = { kind: 'UntilClose' };

/** Checks a response head by RFC 9112, as strictly as a request's. `method` is the request's. Undefined = not to be passed on. */
export function parseResponseHead(text: string, method: string): ResponseHead | undefined {
  statusLineForm.lastIndex = 0;
  if (!statusLineForm.test(text)) return undefined;
  const fields = parseFields(text, statusLineForm.lastIndex);
  if (fields === undefined) return undefined;
  const connection = listOf(fields, 'connection');
  const declared = declaredFraming(fields);
  if (declared === undefined || connectionHidesFraming(connection)) return undefined;

  const version = text[minorAt] === '0' ? '1.0' : '1.1';
  if (version === '1.0' && declared !== 'Absent' && declared.kind === 'Chunked') return undefined;
  const lineEnd = text.indexOf('\r\n');
  const status = Number(text.slice(codeAt, reasonAt - 1));
  const reason = text.slice(reasonAt, lineEnd === -1 ? text.length : lineEnd);
  const bodiless = method === 'HEAD' || status < 200 || status === 204 || status === 304;
  const framing = bodiless ? noBody : declared === 'Absent' ? untilClose : declared;
  const close = version === '1.0' || framing.kind === 'UntilClose' || connection.includes('close');
  return { status, reason, version, fields, framing, connection, close };
}
