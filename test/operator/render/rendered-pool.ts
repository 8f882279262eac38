import type { z } from 'zod';
import { resolveSpec } from '../../../src/api/resolve.ts';
import { GatewayPoolSpec } from '../../../src/api/spec.ts';
import type { RenderedPool } from '../../../src/operator/render/pool.ts';

type SpecInput = z.input<typeof GatewayPoolSpec>;

/** A pool `prod` as rendering sees it; only what a test is about needs to be said. */
export function renderedPool(spec: Partial<SpecInput> = {}): RenderedPool {
  const parsed = GatewayPoolSpec.parse({
    maxInstances: 3,
    image: 'registry.example/gateway:1.8.4',
    config: { secretName: 'prod-gateway', as: { env: 'GATEWAY_CONFIG' } },
    ...spec,
  });
  return {
    name: 'prod',
    namespace: 'team-a',
    uid: '6f9c1c3e-6f1b-4a55-9d53-0c8f1d0a2b11',
    spec: resolveSpec(parsed),
  };
}
