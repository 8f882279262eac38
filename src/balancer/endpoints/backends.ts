import type { Backend } from '../backend.ts';
import type { StaticBackend } from '../config/schema.ts';
import type { PoolView, SlotEndpoint } from './pool-view.ts';

/**
 * The backends of a pool: one per pod, under its slot's name, then the external instances of the configuration. Pods that are not
 * ready or are ending stay in the list, because their sessions go on.
 *
 * @param draining UIDs of the pods that get no new work, by order
 * @param leaving UID of the own pod when it drains: it gets new work only when nobody else is ready. Its clients are connected here
 *   already, and no other sidecar sends anything there.
 */
export function poolBackends(
  view: PoolView,
  external: readonly StaticBackend[],
  draining: ReadonlySet<string> = new Set(),
  leaving?: string,
): Backend[] {
  const endpoints = view.map((endpoint) => (endpoint.podUid === leaving ? lastChoice(endpoint) : endpoint));
  const avoided = new Set([...draining].filter((podUid) => podUid !== leaving));
  const slots = [...Map.groupBy(endpoints, (endpoint) => endpoint.slot).values()];
  return [...slots.flatMap((pods) => slotBackends(pods, avoided)), ...externalBackends(external)];
}

/** As a pod that ends and still serves. That it is not ready by order says nothing about its gateway. */
function lastChoice(endpoint: SlotEndpoint): SlotEndpoint {
  return { ...endpoint, ready: false, serving: true };
}

/** Of a slot's pods at most one gets new work: one slot has one turn, however many pods somebody scaled it to. */
function slotBackends(endpoints: readonly SlotEndpoint[], draining: ReadonlySet<string>): Backend[] {
  // Note: the address of a pod that ended may already belong to its successor; then there is only one place to send work to.
  const byAddress = new Map(endpoints.toSorted(lessUsefulFirst).map((endpoint) => [endpoint.address, endpoint]));
  const places = [...byAddress.values()];
  const drains = (endpoint: SlotEndpoint): boolean => draining.has(endpoint.podUid);
  const ready = places.filter((endpoint) => endpoint.ready);
  const chosen = ready.find((endpoint) => !drains(endpoint)) ?? ready[0];
  return places.map((endpoint) => podBackend(endpoint, endpoint === chosen, drains(endpoint)));
}

/** Pods that are ready last, before them those that are not ending. */
function lessUsefulFirst(a: SlotEndpoint, b: SlotEndpoint): number {
  return Number(a.ready) - Number(b.ready) || Number(b.terminating) - Number(a.terminating);
}

function podBackend({ slot, address, serving }: SlotEndpoint, ready: boolean, draining: boolean): Backend {
  return { name: slot, address, ready, serving, draining };
}

/** Nobody reports the state of an instance outside the cluster: it counts as ready, and health checks find out. */
function externalBackends(external: readonly StaticBackend[]): Backend[] {
  return external.map((backend) => ({ ...backend, ready: true, serving: true, draining: false }));
}
