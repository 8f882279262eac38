import type { PublishLimits, SeatAction } from './actions.ts';
import { fits, publishedLimits, sameLimits, wantedLimits } from './cap.ts';
import type { Gate, Limits } from './gate.ts';
import { gateSettleMilliseconds, strictest } from './gate.ts';
import type { Observation } from './observation.ts';
import { hasStarted, slotsOf } from './slots.ts';

export interface PublishStep {
  readonly publish: PublishLimits | undefined;
  /** Look again then: a start that the gate let through before it was closed is over by that time. */
  readonly waitMilliseconds: number | undefined;
}

const nothing: PublishStep = { publish: undefined, waitMilliseconds: undefined };

/**
 * When the status may show what the spec says (guarantee G1 holds from then on): only after the gate obeys this very generation, so
 * that nobody who knows an older one can write the gate any more; and a stricter limit only when no start can be under way.
 */
export function publishStep(observation: Observation, step: SeatAction | undefined): PublishStep {
  const { pool, gate: observed } = observation;
  const wanted = wantedLimits(pool.spec);
  const published = publishedLimits(pool.status);
  if (sameLimits(wanted, published)) return nothing;

  const gate = gateAfter(observation, step);
  if (gate === undefined || gate.poolGeneration !== pool.generation) return nothing;
  if (fits(gate) || !isStricter(wanted, published)) {
    return { publish: { ...wanted, onlyIfAllStarted: false }, waitMilliseconds: undefined };
  }

  const age = step === undefined && observed?.readable === true ? observed.ageMilliseconds : 0;
  if (age >= gateSettleMilliseconds)
    return { publish: { ...wanted, onlyIfAllStarted: false }, waitMilliseconds: undefined };

  const allStarted = slotsOf(observation).every(({ pods }) =>
    pods.every((pod) => pod.node === undefined || hasStarted(pod)),
  );
  return {
    publish: allStarted ? { ...wanted, onlyIfAllStarted: true } : undefined,
    waitMilliseconds: gateSettleMilliseconds - age,
  };
}

/** What the gate will be when the step succeeds. Of a rebuilt one only the next observation tells. */
function gateAfter({ gate }: Observation, step: SeatAction | undefined): Gate | undefined {
  if (step?.action === 'RebuildGate') return undefined;
  if (step !== undefined) return step.gate;
  return gate?.readable === true && !gate.gate.rebuilding ? gate.gate : undefined;
}

function isStricter(wanted: Limits, published: Limits | undefined): boolean {
  return published === undefined || !sameLimits(strictest(wanted, published), published);
}
