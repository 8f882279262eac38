import { z } from 'zod';
import type { KubeObject } from '../kube/object.ts';
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
