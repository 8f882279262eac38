import { parseDocument } from 'yaml';
import type { z } from 'zod';
import { fieldErrorsOf } from '../../api/field-error.ts';

export type YamlValue =
  | { readonly ok: true; readonly value: unknown }
  /** `problem` tells what is wrong, with line and column. */
  | { readonly ok: false; readonly problem: string };

/** Turns YAML into plain values. Never throws. */
export function readYaml(text: string): YamlValue {
  const document = parseDocument(text);
  const fault = document.errors[0];
  if (fault !== undefined) return { ok: false, problem: firstLine(fault.message) };

  try {
    return { ok: true, value: document.toJS() };
  } catch {
    // An alias without an anchor, or the parser's guard against a small text that would grow without end.
    return { ok: false, problem: 'its aliases lead nowhere, or multiply beyond all reason' };
  }
}

/** The parser adds an excerpt of the text below its message. */
function firstLine(message: string): string {
  return message.split('\n', 1).join('').replace(/:$/, '');
}

/** `listeners[0].port: must be at least 1; …`; a text that is no mapping at all has no field to name. */
export function describeFields(error: z.ZodError): string {
  return fieldErrorsOf(error)
    .map(({ field, message }) => (field === '' ? `the text ${message}` : `${field}: ${message}`))
    .join('; ');
}
