import { type Fields, valuesOf } from './fields.ts';

/** How the end of a message body is found: RFC 9112 §6. */
export type Framing =
  | { readonly kind: 'None' }
  | { readonly kind: 'Length'; readonly bytes: number }
  | { readonly kind: 'Chunked' }
  | { readonly kind: 'UntilClose' };

const longestLength = 15;

/**
 * The framing that the fields declare; `Absent` without any. Undefined = ambiguous, which is what request smuggling lives on: both
 * Content-Length and Transfer-Encoding, several of one kind, a coding other than exactly `chunked`, a length that is not a number.
 */
export function declaredFraming(fields: Fields): Framing | 'Absent' | undefined {
  const codings = valuesOf(fields, 'transfer-encoding');
  const lengths = valuesOf(fields, 'content-length');
  if (codings.length + lengths.length > 1) return undefined;

  const [coding] = codings;
  if (coding !== undefined) return coding.toLowerCase() === 'chunked' ? { kind: 'Chunked' } : undefined;
  const [length] = lengths;
  if (length === undefined) return 'Absent';
  return /^\d+$/.test(length) && length.length <= longestLength ? { kind: 'Length', bytes: Number(length) } : undefined;
}
