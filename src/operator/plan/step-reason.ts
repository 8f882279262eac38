import type { SeatAction } from './actions.ts';

/** The reason of a step on the gate in one sentence. */
export function stepReason(step: SeatAction): string {
  switch (step.action) {
    case 'StartSlots':
      return `start ${step.slots.map(({ name }) => name).join(', ')}: ${reasons(step.slots)}`;
    case 'TakeBackSeats':
      return `take back the seats of ${step.slots.map(({ name }) => name).join(', ')}: ${reasons(step.slots)}`;
    case 'RebuildGate':
    case 'WriteGate':
      break;
  }
  return step.reason;
}

function reasons(slots: readonly { readonly reason: string }[]): string {
  return [...new Set(slots.map(({ reason }) => reason))].join('; ');
}
