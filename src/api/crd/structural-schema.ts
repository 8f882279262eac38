import { z } from 'zod';
import { isRe2Safe } from './re2.ts';

const Validation = z.strictObject({
  rule: z.string(),
  message: z.string().min(1),
  fieldPath: z.string().optional(),
  reason: z.string().optional(),
});

const text = z.string().min(1).optional();
const count = z.int().min(0).optional();

const members = z.strictObject({
  description: text,
  type: z.enum(['object', 'array', 'string', 'integer', 'boolean']).optional(),
  format: z.enum(['int32', 'int64', 'date-time']).optional(),
  default: z.unknown().optional(),
  enum: z.array(z.string()).optional(),
  minimum: z.int().optional(),
  maximum: z.int().optional(),
  minLength: count,
  maxLength: count,
  pattern: z.string().refine(isRe2Safe, { message: 'is not RE2: no look-around, no back-references' }).optional(),
  required: z.array(z.string()).optional(),
  maxProperties: count,
  maxItems: count,
  'x-kubernetes-list-type': z.enum(['map', 'set', 'atomic']).optional(),
  'x-kubernetes-list-map-keys': z.array(z.string()).optional(),
  'x-kubernetes-preserve-unknown-fields': z.literal(true).optional(),
  'x-kubernetes-int-or-string': z.literal(true).optional(),
  'x-kubernetes-validations': z.array(Validation).optional(),
});

/**
 * What we let into a CRD: a part of the structural schemas
 * (https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema)
 * without floats, junctors and unbounded values, because CEL's cost is estimated from the bounds.
 */
export type StructuralSchema = z.infer<typeof members> & {
  properties?: Record<string, StructuralSchema> | undefined;
  items?: StructuralSchema | undefined;
  additionalProperties?: StructuralSchema | undefined;
};

export const StructuralSchema: z.ZodType<StructuralSchema> = z
  .strictObject({
    ...members.shape,
    get properties() {
      return z.record(z.string(), StructuralSchema).optional();
    },
    get items() {
      return StructuralSchema.optional();
    },
    get additionalProperties() {
      return StructuralSchema.optional();
    },
  })
  .superRefine((schema, context) => {
    for (const message of missing(schema)) context.addIssue({ code: 'custom', message });
  });

function missing(schema: StructuralSchema): string[] {
  const { type } = schema;
  const problems: string[] = [];
  if (type === undefined && schema['x-kubernetes-int-or-string'] === undefined) problems.push('has no type');
  if (type === 'string' && schema.maxLength === undefined && schema.enum === undefined && schema.format === undefined) {
    problems.push('is a string without maxLength');
  }
  if (type === 'array' && schema.maxItems === undefined) problems.push('is a list without maxItems');
  if (type === 'array' && schema['x-kubernetes-list-type'] === undefined)
    problems.push('is a list without x-kubernetes-list-type');
  if (schema.additionalProperties !== undefined && schema.maxProperties === undefined)
    problems.push('is a map without maxProperties');
  if (type === 'integer' && schema.format === undefined) problems.push('is an integer without a format');
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    if (field.description === undefined) problems.push(`has the field ${name} without a description`);
  }
  return problems;
}
