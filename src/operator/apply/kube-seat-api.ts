import { annotations, fieldManager, gatewayPoolType, labels } from '../../api/identity.ts';
import type { KubeClient } from '../../kube/client.ts';
import { isAlreadyExists, isNotFound } from '../../kube/errors.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { StoredPool } from '../observe/caches.ts';
import { belongsTo } from '../observe/ownership.ts';
import type { WatchedDeployment } from '../observe/watched-deployment.ts';
import type { WatchedPod } from '../observe/watched-pod.ts';
import type { Gate } from '../plan/gate.ts';
import type { RenderedPool } from '../render/pool.ts';
import { seatsConfigMap } from '../render/seats-config-map.ts';
import { slotDeployment } from '../render/slot-deployment.ts';
import type { SlotInputs } from '../render/slot-inputs.ts';
import { configMapType, deploymentType, podType } from '../resources.ts';
import type { SeatApi, WrittenGate } from '../seat-protocol/seat-api.ts';
import { liveDeployment, livePod, livePool } from './live-objects.ts';
import { isGoneOrChanged } from './moved-on.ts';
import { reclaim } from './name-taken.ts';
import { refusable } from './refusal.ts';

/** What the protocol's requests are about. */
export interface SeatContext {
  readonly client: KubeClient;
  readonly pool: RenderedPool;
  /** undefined while no configuration is valid: then nothing may be created. */
  readonly inputs: SlotInputs | undefined;
  readonly signal: AbortSignal;
}

/** The requests of the seat protocol at a real API server. */
export function createSeatApi({ client, pool, inputs, signal }: SeatContext): SeatApi {
  const { namespace, name } = pool;
  const ofPool = { namespace, labelSelector: `${labels.pool}=${name}`, signal };
  const write = { fieldManager, signal };

  return {
    async readPool() {
      const stored = await unless(isNotFound, () =>
        client.get<StoredPool>(gatewayPoolType, { namespace, name }, { signal }),
      );
      return stored && livePool(stored);
    },

    async listDeployments() {
      const { items } = await client.list<WatchedDeployment>(deploymentType, ofPool);
      return items.filter((item) => belongsTo(item, pool)).map(liveDeployment);
    },

    async listPods() {
      const { items } = await client.list<WatchedPod>(podType, ofPool);
      return items.map(livePod);
    },

    async createGate(gate) {
      const rendered = seatsConfigMap(pool, gate, undefined);
      const written = await unless(isAlreadyExists, () => client.create(configMapType, rendered, write));
      if (written !== undefined) return writtenGate(written);

      await reclaim(client, pool, configMapType, rendered, signal);
      return 'AlreadyExists';
    },

    async replaceGate(gate: Gate, expectResourceVersion: string) {
      const rendered = seatsConfigMap(pool, gate, expectResourceVersion);
      const written = await unless(isGoneOrChanged, () => client.replace(configMapType, rendered, write));
      return written === undefined ? 'Conflict' : writtenGate(written);
    },

    async createDeployment(slot) {
      if (inputs === undefined) throw new Error(`Did not create Deployment ${slot}: no configuration is valid`);
      const rendered = slotDeployment(pool, slot, inputs);
      const strict = { ...write, fieldValidation: 'Strict' } as const;
      const created = await refusable('Deployment', slot, () =>
        unless(isAlreadyExists, () => client.create(deploymentType, rendered, strict)),
      );
      if (created !== undefined) return 'Created';

      await reclaim(client, pool, deploymentType, rendered, signal);
      return 'AlreadyExists';
    },

    async touchDeployment({ slot, uid }, mark) {
      const patch = { metadata: { uid, annotations: { [annotations.gate]: mark } } };
      const touched = await unless(isGoneOrChanged, () =>
        client.mergePatch(deploymentType, { namespace, name: slot }, patch, write),
      );
      return touched === undefined ? 'Gone' : 'Touched';
    },

    async deleteDeployment(slot, uid, resourceVersion) {
      const options = { preconditions: { uid, resourceVersion }, propagationPolicy: 'Background', signal } as const;
      const deleted = await unless(isGoneOrChanged, async () => {
        await client.delete(deploymentType, { namespace, name: slot }, options);
        return true;
      });
      return deleted === true ? 'Deleted' : 'Conflict';
    },
  };
}

function writtenGate({ metadata }: KubeObject): WrittenGate {
  return { uid: metadata.uid ?? '', resourceVersion: metadata.resourceVersion ?? '' };
}

async function unless<T>(expected: (error: unknown) => boolean, request: () => Promise<T>): Promise<T | undefined> {
  try {
    return await request();
  } catch (error) {
    if (expected(error)) return undefined;
    throw error;
  }
}
