import type { Backend } from '../backend.ts';
import type { StaticBackend } from '../config/schema.ts';
import type { PoolView, SlotEndpoint } from './pool-view.ts';

/**
 * The backends of a pool: one per pod, under its slot's name, then the external instances of the configuration. Pods that are not
 * ready or are ending stay in the list, because their sessions go on.
 *
 * @param draining UIDs of the pods that are to get no new work
 */
export function poolBackends(
  view: PoolView,
  external: readonly StaticBackend[],
  draining: ReadonlySet<string> = new Set(),
): Backend[] {
  const slots = [...Map.groupBy(view, (endpoint) => endpoint.slot).values()];
  return [...slots.flatMap((endpoints) => slotBackends(endpoints, draining)), ...externalBackends(external)];
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
