import { isNotFound, KubeError } from '../../kube/errors.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { KubeObject, ResourceType } from '../../kube/object.ts';
import type { GateReading } from './gate.ts';
import { parseSeats, seatsKey } from './seats.ts';

export const configMapType: ResourceType = {
  group: '',
  version: 'v1',
  plural: 'configmaps',
  kind: 'ConfigMap',
  namespaced: true,
};

export interface ConfigMap extends KubeObject {
  data?: Record<string, string>;
}

/** Where the pool's start gate is. */
export interface GateKey {
  readonly namespace: string;
  readonly name: string;
}

const deadlineMilliseconds = 5000;

/** Reads the start gate live, never from a cache: a stale gate would let a pod start above a lowered cap. Never throws. */
export async function readGate(client: KubeClient, key: GateKey, signal: AbortSignal): Promise<GateReading> {
  try {
    const { data } = await client.get<ConfigMap>(configMapType, key, { signal, deadlineMilliseconds });
    const text = data?.[seatsKey];
    if (text === undefined) return { kind: 'Invalid', problem: `key ${seatsKey} is missing` };

    const parsed = parseSeats(text);
    return parsed.ok
      ? { kind: 'Seats', seats: parsed.seats }
      : { kind: 'Invalid', problem: `${seatsKey}: ${parsed.problem}` };
  } catch (error) {
    if (isNotFound(error)) return { kind: 'Missing' };
    return { kind: 'Unavailable', problem: error instanceof KubeError ? error.message : String(error) };
  }
}
