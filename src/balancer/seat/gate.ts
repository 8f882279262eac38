import type { HeldReason, OwnPod } from './held.ts';
import type { Seats } from './seats.ts';

/** What a live read of the start gate brought. */
export type GateReading =
  | { readonly kind: 'Seats'; readonly seats: Seats }
  | { readonly kind: 'Missing' }
  | { readonly kind: 'Invalid'; readonly problem: string }
  | { readonly kind: 'Unavailable'; readonly problem: string };

export type GateVerdict =
  | { readonly granted: true; readonly generation: number }
  | {
      readonly granted: false;
      readonly generation: number | null;
      readonly reason: HeldReason;
      readonly message: string;
    };

/** Whether the gate lets this pod start. Whatever cannot be read keeps it waiting. */
export function gateVerdict(reading: GateReading, own: OwnPod, gateName: string): GateVerdict {
  const refuse = (reason: HeldReason, message: string, generation: number | null = null): GateVerdict => {
    return { granted: false, generation, reason, message };
  };

  switch (reading.kind) {
    case 'Missing':
      return refuse('StartGate', `ConfigMap ${gateName} does not exist yet; the operator writes it`);
    case 'Invalid':
      return refuse('StartGate', `ConfigMap ${gateName} cannot be used: ${reading.problem}; the operator rewrites it`);
    case 'Unavailable':
      return refuse('ApiUnavailable', `the start gate cannot be read: ${reading.problem}`);
    case 'Seats':
      break;
  }

  const { generation, maxInstances, mode, slots, seated } = reading.seats;
  if (!slots.includes(own.slot)) {
    return refuse('StartGate', `slot ${own.slot} holds no seat under maxInstances ${maxInstances}`, generation);
  }
  if (mode === 'Hold' && !seated.includes(own.podUid)) {
    const why = `the pool is at or over maxInstances ${maxInstances}, and this pod was not running when that was set`;
    return refuse('StartGate', why, generation);
  }
  return { granted: true, generation };
}
