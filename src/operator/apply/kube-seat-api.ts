import { annotations, fieldManager, gatewayPoolType, labels } from '../../api/identity.ts';
import { drainsKey } from '../../balancer/drain/drains.ts';
import type { KubeClient } from '../../kube/client.ts';
import { isAlreadyExists, isNotFound } from '../../kube/errors.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { AskSidecar } from '../observe/ask-sidecars.ts';
import { answersOf } from '../observe/ask-sidecars.ts';
import type { StoredPool } from '../observe/caches.ts';
import { belongsTo } from '../observe/ownership.ts';
import type { WatchedDeployment } from '../observe/watched-deployment.ts';
import type { PodSurroundings, WatchedPod } from '../observe/watched-pod.ts';
import type { Gate } from '../plan/gate.ts';
import { childNames } from '../names.ts';
import { printDrains } from '../render/drains.ts';
import type { RenderedPool } from '../render/pool.ts';
import { seatsConfigMap } from '../render/seats-config-map.ts';
import type { SlotDeployment } from '../render/slot-deployment.ts';
import { slotDeployment, slotDeploymentOf } from '../render/slot-deployment.ts';
import type { SlotInputs } from '../render/slot-inputs.ts';
import { configMapType, deploymentType, podType } from '../resources.ts';
import type { NewTemplate, SeatApi, WrittenGate } from '../seat-protocol/seat-api.ts';
import { keptTemplate } from './kept-template.ts';
import { liveDeployment, livePod, livePool } from './live-objects.ts';
import { isGoneOrChanged } from './moved-on.ts';
import { reclaim } from './name-taken.ts';
import { refusable } from './refusal.ts';
import { replaceTemplate } from './replace-template.ts';
import { unless } from './unless.ts';

/** Not the manager that applies the rest of the ConfigMap: an apply takes away what its own manager set and leaves out. */
const drainsManager = `${fieldManager}-drains`;

/** What the protocol's requests are about. */
export interface SeatContext {
  readonly client: KubeClient;
  readonly pool: RenderedPool;
  /** undefined while no configuration is valid: then nothing may be created. */
  readonly inputs: SlotInputs | undefined;
  readonly nodeOf: PodSurroundings['nodeOf'];
  readonly askSidecar: AskSidecar;
  readonly signal: AbortSignal;
}

/** The requests of the seat protocol at a real API server. */
export function createSeatApi({ client, pool, inputs, nodeOf, askSidecar, signal }: SeatContext): SeatApi {
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
      return items.map((pod) => livePod(pod, nodeOf));
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

    async touchDeployment({ slot, uid, resourceVersion }, mark) {
      const patch = { metadata: { uid, resourceVersion, annotations: { [annotations.gate]: mark } } };
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

    async replaceTemplate(slot, uid, resourceVersion, template) {
      const rendered = await newDeployment(slot, uid, template.to);
      if (rendered === undefined) return 'NoSuchRevision';
      return replaceTemplate(client, rendered, { uid, resourceVersion }, template, signal);
    },

    async noteFailure(slot, uid, resourceVersion, failedRevision) {
      const failed = { [annotations.failedRevision]: failedRevision, [annotations.lastGood]: null };
      const patch = { metadata: { uid, resourceVersion, annotations: failed } };
      const noted = await unless(isGoneOrChanged, () =>
        client.mergePatch(deploymentType, { namespace, name: slot }, patch, write),
      );
      return noted === undefined ? 'Conflict' : 'Noted';
    },

    async writeDrains(drains, resourceVersion) {
      const patch = { metadata: { resourceVersion }, data: { [drainsKey]: printDrains(drains, pool.uid) } };
      const key = { namespace, name: childNames(name).balancer };
      const written = await unless(isGoneOrChanged, () =>
        client.mergePatch(configMapType, key, patch, { fieldManager: drainsManager, signal }),
      );
      return written === undefined ? 'Conflict' : 'Written';
    },

    askSidecars(pods) {
      return answersOf(pods, ({ address }) => address, askSidecar, signal);
    },
  };

  async function newDeployment(slot: string, uid: string, to: NewTemplate['to']): Promise<SlotDeployment | undefined> {
    if (to.kind === 'LastGood') {
      const template = await keptTemplate(client, pool, slot, uid, to.good, signal);
      return template && slotDeploymentOf(pool, slot, template);
    }
    if (inputs === undefined) throw new Error(`Did not change Deployment ${slot}: no configuration is valid`);
    return slotDeployment(pool, slot, inputs);
  }
}

function writtenGate({ metadata }: KubeObject): WrittenGate {
  return { uid: metadata.uid ?? '', resourceVersion: metadata.resourceVersion ?? '' };
}
