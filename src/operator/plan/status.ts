import { labels } from '../../api/identity.ts';
import type { GatewayPoolStatus } from '../../api/status.ts';
import { publishedLimits } from './cap.ts';
import type { Verdicts } from './conditions/all.ts';
import { conditionsOf } from './conditions/all.ts';
import { endingSlots } from './ending.ts';
import type { Limits } from './gate.ts';
import type { Picture } from './picture.ts';
import { slotStatuses } from './slot-status.ts';
import { summaryOf } from './summary.ts';

/** The status after this look. Shows the limits that are in force already; {@link withLimits} shows new ones. */
export function statusOf(picture: Picture, verdicts: Verdicts, now: Date): GatewayPoolStatus {
  const { observation, counts } = picture;
  const { pool } = observation;
  const slots = slotStatuses(picture, now);
  const ending = new Set(endingSlots(picture.seating.slots).map(({ name }) => name));
  const draining = slots.filter(({ name, state }) => state === 'Draining' || ending.has(name)).length;
  return {
    observedGeneration: pool.generation,
    summary: summaryOf(picture, verdicts, draining),
    ...publishedLimits(pool.status),
    desiredInstances: counts.desired,
    replicas: counts.instances,
    occupiedSeats: counts.occupiedSeats,
    readyInstances: counts.ready,
    updatedInstances: counts.updated,
    surplusInstances: counts.surplus,
    drainingInstances: draining,
    selector: `${labels.pool}=${pool.name}`,
    slots,
    conditions: conditionsOf(pool, verdicts, now),
  };
}

/** The status with new limits in it, for when publishing them was allowed. */
export function withLimits(status: GatewayPoolStatus, { maxInstances, externalInstances }: Limits): GatewayPoolStatus {
  return { ...status, maxInstances, externalInstances };
}
