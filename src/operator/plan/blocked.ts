import { childNames } from '../names.ts';
import { slotWithFailedRevision } from './failed-revision.ts';
import type { ForeignObject, Observation } from './observation.ts';

/** Why no slot of this pool may start now, whatever seats are free; undefined when they may. Running instances go on. */
export function startsBlockedBy(observation: Observation): string | undefined {
  const { pool, config, tls, conflicts, refusals } = observation;
  if (config.state === 'Invalid') return `the configuration is not valid: ${config.message}`;
  // Note: the kubelet would wait for such a Secret for ever, and the pod would hold its seat.
  if (tls.state === 'Invalid') return `TLS is not set up: ${tls.message}`;

  const refused = refusals.find(({ by }) => by === 'TemplateRules');
  if (refused !== undefined) return `${refused.object} cannot be made`;

  const failed = slotWithFailedRevision(observation);
  if (failed !== undefined) return `revision ${pool.revision} failed in ${failed.name}`;

  const foreign = conflicts.find((conflict) => slotsNeed(conflict, pool.name));
  return foreign === undefined ? undefined : `${foreign.kind} ${foreign.name} does not belong to this pool`;
}

/** The disruption budget and the client Service are of use only to others, and a foreign slot Deployment stands in for itself alone. */
function slotsNeed({ kind, name }: ForeignObject, pool: string): boolean {
  if (kind === 'Deployment' || kind === 'PodDisruptionBudget') return false;
  return !(kind === 'Service' && name === childNames(pool).clientService);
}
