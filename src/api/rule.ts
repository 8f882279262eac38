import type { z } from 'zod';

/** What kind of mistake the API server reports: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#field-reason */
export type RuleReason = 'FieldValueInvalid' | 'FieldValueForbidden' | 'FieldValueRequired' | 'FieldValueDuplicate';

/**
 * One validation rule, said twice: in CEL for the API server, in TypeScript for the operator, which must also refuse objects
 * that were stored before the rule existed. The samples in test/api/samples prove that both say the same.
 */
export interface Rule<T> {
  /** A CEL expression over `self` that is true for a good value. */
  readonly cel: string;
  /** A sentence for the person who wrote the value: the limit, and the way out. Never contains a value. */
  readonly message: string;
  /** The field at fault when it is below the value that the rule looks at, such as `.as`; the field must be in the schema. */
  readonly at?: `.${string}`;
  readonly reason?: RuleReason;
  /** The same rule in TypeScript. */
  readonly holds: (value: T) => boolean;
}

/** The rule as the CRD carries it, in `x-kubernetes-validations`. */
export interface CelValidation {
  rule: string;
  message: string;
  fieldPath?: string;
  reason?: RuleReason;
}

export function celOf<T>({ cel, message, at, reason }: Rule<T>): CelValidation {
  return {
    rule: cel,
    message,
    ...(at === undefined ? {} : { fieldPath: at }),
    ...(reason === undefined ? {} : { reason }),
  };
}

/** Adds rules to a schema: zod checks them when it parses, and the CRD generator finds them in the schema's metadata. */
export function withRules<S extends z.ZodType>(schema: S, ...rules: readonly Rule<z.output<S>>[]): S {
  let checked = schema;
  for (const rule of rules) {
    checked = checked.refine(rule.holds, { message: rule.message, path: segmentsOf(rule.at) });
  }
  return checked.meta({ 'x-kubernetes-validations': rules.map(celOf) });
}

/** A rule on a string: the pattern is read by RE2 in the API server and by JavaScript here, so it keeps to what both know. */
export function matchesPattern(pattern: string, message: string): Rule<string> {
  const expression = new RegExp(pattern, 'u');
  return { cel: `self.matches('${pattern}')`, message, holds: (value) => expression.test(value) };
}

function segmentsOf(at: string | undefined): string[] {
  return at === undefined ? [] : at.slice(1).split('.');
}
