import type { StructuralSchema } from '../crd/structural-schema.ts';

/** One field of the resource, as a line of the reference. */
export interface FieldRow {
  /** `spec.listeners[].port` */
  readonly path: string;
  readonly type: string;
  readonly isRequired: boolean;
  readonly default: string | undefined;
  readonly limits: readonly string[];
  readonly description: string;
  /** Messages of the rules on it. */
  readonly rules: readonly string[];
}

/** All fields below a schema, parents first, in the order of the schema. */
export function fieldRows(schema: StructuralSchema, path: string): FieldRow[] {
  const rows: FieldRow[] = [];
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    const at = `${path}.${name}`;
    rows.push(rowOf(field, at, schema.required?.includes(name) ?? false));
    rows.push(...fieldRows(field, at), ...fieldRows(field.items ?? {}, `${at}[]`));
  }
  return rows;
}

function rowOf(field: StructuralSchema, path: string, isRequired: boolean): FieldRow {
  const rules = [...(field['x-kubernetes-validations'] ?? []), ...(field.items?.['x-kubernetes-validations'] ?? [])];
  return {
    path,
    type: typeOf(field),
    isRequired,
    default: defaultOf(field),
    limits: limitsOf(field),
    description: field.description ?? '',
    rules: rules.map(({ message }) => message),
  };
}

function typeOf(field: StructuralSchema): string {
  if (field['x-kubernetes-int-or-string'] === true) return 'integer or string';
  if (field.type === 'array') return `list of ${field.items === undefined ? 'anything' : typeOf(field.items)}`;
  if (field.additionalProperties !== undefined) return `map of ${typeOf(field.additionalProperties)}`;
  if (field.format === 'date-time') return 'time';
  return field.type ?? 'anything';
}

/** An object's default is that of its members, which have lines of their own. */
function defaultOf(field: StructuralSchema): string | undefined {
  return field.default === undefined || field.type === 'object' ? undefined : JSON.stringify(field.default);
}

function limitsOf(field: StructuralSchema): string[] {
  const limits = [
    field.enum?.join(', '),
    rangeOf(field),
    field.maxLength === undefined ? undefined : `at most ${field.maxLength} characters`,
    field.maxItems === undefined ? undefined : `at most ${field.maxItems} elements`,
    field.maxProperties === undefined ? undefined : `at most ${field.maxProperties} entries`,
    field['x-kubernetes-list-map-keys'] === undefined
      ? undefined
      : `unique by ${field['x-kubernetes-list-map-keys'].join(', ')}`,
  ];
  return limits.filter((limit) => limit !== undefined);
}

function rangeOf({ minimum, maximum }: StructuralSchema): string | undefined {
  if (minimum !== undefined && maximum !== undefined) return `${minimum}-${maximum}`;
  if (minimum !== undefined) return `at least ${minimum}`;
  return maximum === undefined ? undefined : `at most ${maximum}`;
}
