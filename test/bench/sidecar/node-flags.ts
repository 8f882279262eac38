import { basename } from 'node:path';
import { parseGatewayPool } from '../../../src/api/gatewaypool.ts';
import { resolveSpec } from '../../../src/api/resolve.ts';
import { balancerContainer } from '../../../src/operator/render/balancer-container.ts';
import { poolObject } from '../pools.ts';

/** The flags for Node that the balancer has in a pod: whatever stands between node and the program in the sidecar's container. */
export function sidecarNodeFlags(): string[] {
  const parsed = parseGatewayPool(poolObject('gateways', 'pool-00'));
  if (!parsed.valid) throw new Error('The pool of this bench is not valid');
  const pool = { namespace: 'gateways', name: 'pool-00', uid: '', spec: resolveSpec(parsed.pool.spec) };
  const command = balancerContainer(pool, 'pool-00-0', 'image').command ?? [];
  return command.slice(
    1,
    command.findIndex((word) => basename(word) === 'balancer.cjs'),
  );
}
