import type { Cluster } from '../cluster/cluster.ts';
import type { Occurrence } from './occurrence.ts';
import { guardCap } from './cap.ts';
import { assertExplained } from './explained.ts';
import { assertNotFailedElsewhere, guardRollouts } from './rollouts.ts';
import { assertLegalCut, assertNobodyCut, guardDoomed } from './sessions.ts';
import type { Tally } from './tally.ts';
import { assertBestGateway } from './work.ts';

/** Watches everything that happens and throws at the first step that breaks a guarantee. */
export function guard(cluster: Cluster, tally: Tally): { check: () => void } {
  const cap = guardCap(cluster);
  const rollouts = guardRollouts(cluster);
  const doomed = guardDoomed(cluster);

  cluster.onOccurrence = (occurrence: Occurrence): void => {
    tally.count(nameOf(occurrence));
    switch (occurrence.kind) {
      case 'GatewayStarted':
        cap.assertMayStart(occurrence.process);
        break;
      case 'SlotCreated':
        assertNotFailedElsewhere(occurrence.slot, occurrence.template, occurrence.intent);
        break;
      case 'SlotDeleted':
        assertNobodyCut(cluster, occurrence, tally);
        assertExplained(occurrence);
        doomed.doom(occurrence);
        break;
      case 'SlotRolled':
        assertNobodyCut(cluster, occurrence, tally);
        assertExplained(occurrence);
        rollouts.assertOneAtATime(occurrence);
        doomed.doom(occurrence);
        break;
      case 'DrainsWritten':
        assertExplained(occurrence);
        doomed.assertStaysDrained(occurrence);
        break;
      case 'SessionsCut':
        assertLegalCut(cluster, occurrence);
        break;
      case 'WorkSent':
        assertBestGateway(cluster, occurrence);
    }
  };

  return {
    check: () => {
      cap.check();
      rollouts.check();
    },
  };
}

function nameOf(occurrence: Occurrence): string {
  if (occurrence.kind === 'SessionsCut') return `sessions cut: ${occurrence.cause}`;
  if (occurrence.kind !== 'SlotDeleted' && occurrence.kind !== 'SlotRolled') return occurrence.kind;
  const { action } = occurrence.intent;
  if (action.action === 'RollSlot') return `RollSlot to ${action.to.kind}${action.mayCut ? ', sessions cut' : ''}`;
  return action.action;
}
