import type { z } from 'zod';

/** A mistake in an object: where, and what to do. Neither part ever contains the value (guarantee G11). */
export interface FieldError {
  /** As kubectl prints it: `spec.listeners[1].port`. */
  readonly field: string;
  readonly message: string;
}

/** `["spec", "listeners", 1, "port"]` to `spec.listeners[1].port`; keys that are no identifiers are put in brackets. */
export function fieldPath(segments: readonly PropertyKey[]): string {
  let path = '';
  for (const segment of segments) {
    const name = String(segment);
    const isMember = typeof segment !== 'number' && /^[A-Za-z_$][\w$-]*$/u.test(name);
    if (isMember) path += path === '' ? name : `.${name}`;
    else path += `[${name}]`;
  }
  return path;
}

export function fieldErrorsOf(error: z.ZodError): FieldError[] {
  return error.issues.map((issue) => ({ field: fieldPath(issue.path), message: sentenceOf(issue) }));
}

/** One line for a condition or a log: `spec.image: …; spec.config.as: …`. */
export function describeFieldErrors(errors: readonly FieldError[]): string {
  return errors.map(({ field, message }) => `${field}: ${message}`).join('; ');
}

/** Note: never with what was received; a user may have pasted a secret into the wrong field. */
function sentenceOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.message.endsWith('received undefined')
        ? 'is required'
        : `must be of type ${typeName(issue.expected)}`;
    case 'invalid_value':
      return `must be one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
    case 'too_small':
      return `must ${amountOf(issue.origin)}at least ${issue.minimum}${unitOf(issue.origin)}`;
    case 'too_big':
      return `must ${amountOf(issue.origin)}at most ${issue.maximum}${unitOf(issue.origin)}`;
    case 'custom':
    case 'invalid_element':
    case 'invalid_format':
    case 'invalid_key':
    case 'invalid_union':
    case 'not_multiple_of':
    case 'unrecognized_keys':
      break;
  }
  // Messages of our own rules, and zod's others: they too speak only of what was expected.
  return issue.message;
}

function typeName(expected: string): string {
  return expected === 'int' || expected === 'number' ? 'integer' : expected;
}

function amountOf(origin: string): string {
  return unitOf(origin) === '' ? 'be ' : 'have ';
}

function unitOf(origin: string): string {
  if (origin === 'string') return ' characters';
  return origin === 'array' ? ' elements' : '';
}
