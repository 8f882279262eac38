import { z } from 'zod';
import type { KubeObject } from '../kube/object.ts';
import type { FieldError } from './field-error.ts';
import { fieldErrorsOf } from './field-error.ts';
import { nameRules } from './name-rules.ts';
import { withRules } from './rule.ts';
import { GatewayPoolSpec } from './spec.ts';
import { GatewayPoolStatus } from './status.ts';

/** The whole resource. Parsed leniently, as the API server stored it: unknown fields are dropped, defaults are filled in. */
export const GatewayPool = z.object({
  spec: GatewayPoolSpec,
  status: GatewayPoolStatus.optional(),
});

/** A GatewayPool whose spec was parsed. */
export interface GatewayPool extends KubeObject {
  spec: GatewayPoolSpec;
  status?: GatewayPoolStatus;
}

const NamedSpec = withRules(
  z.object({ metadata: z.object({ name: z.string() }), spec: GatewayPoolSpec }),
  ...nameRules,
);

export type ParsedGatewayPool =
  | { readonly valid: true; readonly pool: GatewayPool }
  | { readonly valid: false; readonly errors: readonly FieldError[] };

/**
 * The rules of the CRD once more, for objects that were stored before a rule existed or while an older CRD was installed.
 * A status that cannot be read is left out: the operator writes it anew.
 */
export function parseGatewayPool(object: KubeObject & { spec?: unknown; status?: unknown }): ParsedGatewayPool {
  const parsed = NamedSpec.safeParse(object);
  if (!parsed.success) return { valid: false, errors: fieldErrorsOf(parsed.error) };

  const { apiVersion, kind, metadata } = object;
  const status = GatewayPoolStatus.safeParse(object.status);
  const pool: GatewayPool = { apiVersion, kind, metadata, spec: parsed.data.spec };
  return { valid: true, pool: status.success ? { ...pool, status: status.data } : pool };
}
