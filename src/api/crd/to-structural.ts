import { z } from 'zod';
import { describeFieldErrors, fieldErrorsOf } from '../field-error.ts';
import { StructuralSchema } from './structural-schema.ts';

/**
 * A zod schema as the structural schema of a CRD.
 *
 * @throws Error naming each path at which the schema says what a CRD cannot hold.
 */
export function toStructural(schema: z.ZodType): StructuralSchema {
  const converted = z.toJSONSchema(schema, {
    target: 'openapi-3.0',
    io: 'input',
    unrepresentable: 'throw',
    cycles: 'throw',
    reused: 'inline',
    override: ({ zodSchema, jsonSchema }) => adapt(zodSchema, jsonSchema),
  });
  const checked = StructuralSchema.safeParse(plain(converted));
  if (!checked.success)
    throw new Error(`Not a structural schema: ${describeFieldErrors(fieldErrorsOf(checked.error))}`);
  return checked.data;
}

/** Turns zod's own extras into what Kubernetes has for them; what has no counterpart is left for the check to refuse. */
function adapt(schema: z.core.$ZodTypes, json: z.core.JSONSchema.BaseSchema): void {
  if (schema instanceof z.core.$ZodNumber && json.type === 'integer') adaptInteger(json);
  if (json['x-kubernetes-int-or-string'] === true) {
    delete json.anyOf;
    delete json.type;
  }
  if (json['x-kubernetes-preserve-unknown-fields'] === true) delete json.additionalProperties;
  if (json.properties !== undefined && Object.keys(json.properties).length === 0) delete json.properties;
  // Note: zod's pattern repeats, at length, what the API server checks by the format.
  if (json.format === 'date-time') delete json.pattern;
}

/** zod writes the range of the type as limits; Kubernetes writes it as a format. */
function adaptInteger(json: z.core.JSONSchema.BaseSchema): void {
  const isInt32 = json.maximum !== undefined && json.maximum <= 2 ** 31 - 1;
  json.format = isInt32 ? 'int32' : 'int64';
  if (json.maximum === 2 ** 31 - 1 || json.maximum === Number.MAX_SAFE_INTEGER) delete json.maximum;
  if (json.minimum === -(2 ** 31) || json.minimum === Number.MIN_SAFE_INTEGER) delete json.minimum;
}

/** Without zod's non-enumerable extras, as JSON sees it. */
function plain(json: unknown): unknown {
  return JSON.parse(JSON.stringify(json));
}
