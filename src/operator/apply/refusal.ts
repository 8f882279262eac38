import type { FieldError } from '../../api/field-error.ts';
import { describeFieldErrors } from '../../api/field-error.ts';
import type { StatusCause } from '../../kube/errors.ts';
import { KubeError } from '../../kube/errors.ts';
import type { Refusal } from '../plan/observation.ts';

/** A refused object of these kinds may have secrets in its body, which an admission plugin may repeat. */
const secretKinds = ['Secret'];

/** `Invalid value: "x": `, `Invalid value: 5: `, `Unsupported value: "x": ` as apimachinery's field errors print them. */
const quotedValue =
  /^([A-Z][a-z]+(?: [a-z]+)?): (?:"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|true|false|null|<nil>)(?:: (.*))?$/su;
/** The same with a composite value, which has no end that could be found safely. */
const compositeValue = /^((?:Invalid|Unsupported|Duplicate) value): /u;

/**
 * What the API server refused, in its own words less the values (guarantee G11): an environment variable in a template may hold
 * anything. undefined when the error is no refusal, but a matter of trying again.
 */
export function refusalOf(error: unknown, kind: string, name: string): Refusal | undefined {
  if (!(error instanceof KubeError) || ![400, 403, 422].includes(error.status)) return undefined;

  const object = `${kind} ${name}`;
  if (secretKinds.includes(kind)) {
    return { object, by: 'ApiServer', errors: [{ field: '', message: `${error.status} ${error.reason}` }] };
  }
  const causes = error.causes.filter(({ message }) => message !== undefined);
  const errors = causes.length > 0 ? causes.map(fieldError) : sentences(error.message);
  return { object, by: 'ApiServer', errors };
}

/** The API server refused an object. The message has no values in it, unlike the error that it stands for. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(`${refusal.object} was refused: ${describeFieldErrors(refusal.errors)}`);
    this.refusal = refusal;
  }
}

/** Turns a refusal of the API server into a `RefusedError`; other errors pass. */
export async function refusable<T>(kind: string, name: string, attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    const refusal = refusalOf(error, kind, name);
    throw refusal === undefined ? error : new RefusedError(refusal);
  }
}

function fieldError({ field, message = '' }: StatusCause): FieldError {
  return { field: field === '<nil>' || field === undefined ? '' : field, message: withoutValue(message) };
}

function withoutValue(message: string): string {
  const quoted = quotedValue.exec(message);
  if (quoted !== null) return quoted[2] === undefined ? (quoted[1] ?? '') : `${quoted[1]}: ${quoted[2]}`;

  const composite = compositeValue.exec(message);
  return composite === null ? message : (composite[1] ?? '');
}

/** Quotas, admission policies and strict decoding answer with a sentence and no fields. */
function sentences(message: string): FieldError[] {
  const said = /^[A-Z]+ \S+ failed: (.*) \(\d+[^()]*\)$/su.exec(message)?.[1] ?? message;
  const unknown = [...said.matchAll(/unknown field "([^"]+)"/gu)].map((match) => match[1] ?? '');
  return unknown.length > 0
    ? unknown.map((field) => ({
        field,
        message: 'the API server does not know this field; check its spelling and place',
      }))
    : [{ field: '', message: said }];
}
