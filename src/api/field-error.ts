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
    if (typeof segment === 'number') path += `[${segment}]`;
    else if (/^[A-Za-z_$][\w$-]*$/u.test(String(segment)))
      path += path === '' ? String(segment) : `.${String(segment)}`;
    else path += `[${String(segment)}]`;
  }
  return path;
}

/** Note: zod's messages name types and limits, never the value that was received, so they may go to a status. */
export function fieldErrorsOf(error: z.ZodError): FieldError[] {
  return error.issues.map((issue) => ({ field: fieldPath(issue.path), message: issue.message }));
}

/** One line for a condition or a log: `spec.image: …; spec.config.as: …`. */
export function describeFieldErrors(errors: readonly FieldError[]): string {
  return errors.map(({ field, message }) => `${field}: ${message}`).join('; ');
}
