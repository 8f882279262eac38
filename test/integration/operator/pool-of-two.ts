import { gatewayPoolType, labels } from '../../../src/api/identity.ts';
import type { GatewayPoolStatus } from '../../../src/api/status.ts';
import type { Drains } from '../../../src/balancer/drain/drains.ts';
import { drainsKey, parseDrains } from '../../../src/balancer/drain/drains.ts';
import type { KubeObject } from '../../../src/kube/object.ts';
import { configMapType, deploymentType, podType } from '../../../src/operator/resources.ts';
import { until } from '../../cluster/until.ts';
import type { ConfigMap } from '../config-map.ts';
import type { Place } from './cluster.ts';
import { condition, createPool, find, kubectl, untilStatus, waitMilliseconds } from './cluster.ts';
import type { Pod } from './stand-in-node.ts';

export const oldImage = 'registry.example/gateway:1';

interface Deployment extends KubeObject {
  status?: { availableReplicas?: number };
  spec: {
    minReadySeconds?: number;
    template: { metadata: { annotations?: Record<string, string> }; spec: { containers: { image: string }[] } };
  };
}

/** Creates a pool of two, and waits until both have served for long enough to be what a slot goes back to. */
export async function createPoolOfTwo(place: Place, spec: object = {}): Promise<void> {
  await createPool(place, { maxInstances: 2, rollout: { minReadySeconds: 1 }, ...spec });
  await untilStatus(place, 'two ready', (status) => status.readyInstances === 2);
  await until('both to be available', waitMilliseconds, async () => {
    const slots = await Promise.all(['prod-0', 'prod-1'].map((slot) => deploymentOf(place, slot)));
    return slots.every((deployment) => deployment?.status?.availableReplicas === 1);
  });
}

export function patchPool({ cluster, namespace }: Place, patch: Record<string, unknown>): Promise<KubeObject> {
  return cluster.client.mergePatch(gatewayPoolType, { namespace, name: 'prod' }, patch);
}

/** The pod of a slot that is not ending. @throws Error when there is none */
export async function podOf({ cluster, namespace }: Place, slot: string): Promise<Pod> {
  const { items } = await cluster.client.list<Pod>(podType, { namespace, labelSelector: `${labels.slot}=${slot}` });
  const [pod] = items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  if (pod === undefined) throw new Error(`Slot ${slot} has no pod`);
  return pod;
}

/** UIDs of the pods of both slots. */
export async function uidsOf(place: Place): Promise<(string | undefined)[]> {
  return [(await podOf(place, 'prod-0')).metadata.uid, (await podOf(place, 'prod-1')).metadata.uid];
}

/** All pods, ending ones too. */
export async function podsOf({ cluster, namespace }: Place, selector: string = labels.pool): Promise<readonly Pod[]> {
  return (await cluster.client.list<Pod>(podType, { namespace, labelSelector: selector })).items;
}

export function deploymentOf(place: Place, slot: string): Promise<Deployment | undefined> {
  return find<Deployment>(place, deploymentType, slot);
}

/** Images of the slots, by name. */
export async function imagesOf({ cluster, namespace }: Place): Promise<Record<string, string>> {
  const { items } = await cluster.client.list<Deployment>(deploymentType, { namespace, labelSelector: labels.pool });
  return Object.fromEntries(
    items.map(({ metadata, spec }) => [metadata.name, spec.template.spec.containers[0]?.image ?? '']),
  );
}

/** The list of drains as the sidecars read it. */
export async function drainsOf(place: Place): Promise<Drains> {
  const settings = await find<ConfigMap>(place, configMapType, 'prod-balancer');
  const parsed = parseDrains(settings?.data?.[drainsKey]);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.drains;
}

/** Slots whose pods were ordered to drain. */
export async function drainingSlots(place: Place): Promise<string[]> {
  return (await drainsOf(place)).draining.map(({ slot }) => slot);
}

export function untilRolledOut(place: Place): Promise<GatewayPoolStatus> {
  const isOver = (status: GatewayPoolStatus): boolean =>
    condition(status, 'RollingOut').reason === 'UpToDate' && status.readyInstances === 2;
  return untilStatus(place, 'the rollout to end', isOver);
}

/** `Kind: note` of the Events with a reason, one in a line. */
export function eventsOf(place: Place, reason: string): Promise<string> {
  const template = `{range .items[?(@.reason=="${reason}")]}{.regarding.kind}: {.note}{"\\n"}{end}`;
  return kubectl(place, ['get', 'events.events.k8s.io', '-o', `jsonpath=${template}`]);
}
