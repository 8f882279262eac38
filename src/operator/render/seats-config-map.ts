import { stringify } from 'yaml';
import { seatsKey } from '../../balancer/seat/seats.ts';
import { childNames } from '../names.ts';
import type { Gate } from '../plan/gate.ts';
import type { ConfigMap } from './balancer-config-map.ts';
import { gateSeal } from './gate-seal.ts';
import type { RenderedPool } from './pool.ts';
import { childMetadata } from './pool.ts';

/**
 * The start gate. With a `resourceVersion`, writing it is a compare-and-swap: of two operators that both saw the same gate, one
 * writes and the other one fails. That, and no clock, is what keeps a pool within its cap (guarantee G1).
 */
export function seatsConfigMap(pool: RenderedPool, gate: Gate, resourceVersion: string | undefined): ConfigMap {
  const metadata = childMetadata(pool, childNames(pool.name).seats);
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { ...metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) },
    data: { [seatsKey]: stringify({ ...gate, seal: gateSeal(pool.uid, gate) }) },
  };
}
