import type { ConditionType } from '../../api/conditions.ts';
import type { Action, PlannedEvent, RollSlot, StartSlot } from './actions.ts';
import type { Verdicts } from './conditions/all.ts';
import type { PoolIdentity } from './observation.ts';

type Transition = readonly [type: ConditionType, to: 'True' | 'False', event: 'Normal' | 'Warning', action: string];

/** What is worth an Event, and which way. A new pool tells only what is wrong. */
const transitions: readonly Transition[] = [
  ['CapExceeded', 'True', 'Warning', 'LimitInstances'],
  ['CapExceeded', 'False', 'Normal', 'LimitInstances'],
  ['ConfigValid', 'False', 'Warning', 'CheckConfig'],
  ['ConfigValid', 'True', 'Normal', 'CheckConfig'],
  ['TLSValid', 'False', 'Warning', 'CheckTLS'],
  ['TLSValid', 'True', 'Normal', 'CheckTLS'],
  ['Stalled', 'True', 'Warning', 'Reconcile'],
  ['Stalled', 'False', 'Normal', 'Reconcile'],
  ['Paused', 'True', 'Normal', 'Pause'],
  ['Paused', 'False', 'Normal', 'Resume'],
];

/** One Event per change of a condition, with the condition's own reason and sentence. */
export function transitionEvents({ status }: PoolIdentity, verdicts: Verdicts): PlannedEvent[] {
  const events: PlannedEvent[] = [];
  for (const [type, to, eventType, action] of transitions) {
    const before = status?.conditions?.find((condition) => condition.type === type)?.status;
    const { status: now, reason, message } = verdicts[type];
    const isNews = before === undefined ? eventType === 'Warning' : before !== now;
    if (now === to && isNews) events.push({ type: eventType, reason, action, message });
  }
  return events;
}

/** What to tell about an action that succeeded: of those on instances, not of the bookkeeping. */
export function actionEvents(action: Action): PlannedEvent[] {
  switch (action.action) {
    case 'StartSlots':
    case 'RebuildGate':
      return started(action.slots);
    case 'TakeBackSeats':
      return action.slots.map(({ reason }) =>
        event('Normal', 'SeatTakenBack', 'TakeBackSeat', `Took back a seat: ${reason}`),
      );
    case 'RepairSlot':
      return action.byHand
        ? [event('Warning', 'SlotRepaired', 'RepairSlot', action.reason)]
        : [event('Normal', 'SlotUpdated', 'RepairSlot', action.reason)];
    case 'OrderDrains':
      return [
        ...action.ordered.map(({ slot, reason }) =>
          event('Normal', 'DrainOrdered', 'DrainSlot', `Ordered ${slot} to drain; it is ${reason}`),
        ),
        ...action.takenBack.map(({ slot, reason }) =>
          event('Normal', 'DrainTakenBack', 'DrainSlot', `Took back the drain of ${slot}: ${reason}`),
        ),
      ];
    case 'StopSlot':
      return [event('Normal', 'SlotStopped', 'StopSlot', `Stopped an instance: ${action.reason}`)];
    case 'RollSlot':
      return [rolled(action)];
    case 'EnsureChildren':
    case 'WriteGate':
    case 'RememberRevision':
    case 'DeleteConfigCopies':
      break;
  }
  return [];
}

/** One Event for all that start for the same reason. */
function started(slots: readonly StartSlot[]): PlannedEvent[] {
  const reasons = new Set(slots.map(({ reason }) => reason));
  return [...reasons].map((reason) => {
    const names = slots.filter((slot) => slot.reason === reason).map(({ name }) => name);
    const what = names.length === 1 ? 'slot' : 'slots';
    return event('Normal', 'SlotStarted', 'StartSlot', `Started ${what} ${names.join(', ')}: ${reason}`);
  });
}

function rolled({ to, reason }: RollSlot): PlannedEvent {
  return to.kind === 'LastGood'
    ? event('Warning', 'SlotRolledBack', 'RollSlot', `Rolled a slot back: ${reason}`)
    : event('Normal', 'SlotReplaced', 'RollSlot', `Replaced an instance: ${reason}`);
}

function event(type: PlannedEvent['type'], reason: string, action: string, message: string): PlannedEvent {
  return { type, reason, action, message };
}
