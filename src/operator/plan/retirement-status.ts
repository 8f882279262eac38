import type { ResolvedSpec } from '../../api/resolve.ts';
import type { Load } from './busy.ts';
import { isIdle } from './busy.ts';
import { plural } from './plural.ts';
import type { Retirement } from './retirement.ts';
import { intention } from './retirement.ts';

/**
 * How far the end of an instance is, for its slot's status and for conditions: `takes no new sessions; 3 sessions are open (2 in it, 1 of
 * other instances through it); replaced as soon as its sessions are over: the configuration changed`.
 */
export function describeRetirement(retirement: Retirement, spec: ResolvedSpec, isDraining: boolean): string {
  const { load, mayCut, refusal } = retirement;
  const waits = isIdle(load) && refusal !== undefined && !mayCut ? `; ${refusal}` : '';
  return `${newSessions(spec, isDraining)}; ${openSessions(load)}${waits}; ${intention(retirement)}`;
}

/** Note: nobody can stop a vendor's router from sending new sessions to an instance that dials out. */
function newSessions({ listeners }: ResolvedSpec, isDraining: boolean): string {
  if (listeners.length === 0) return 'new sessions may still come, because nobody can ask its router to stop';
  return isDraining ? 'takes no new sessions' : 'takes new sessions, because no other instance does';
}

function openSessions(load: Load): string {
  if (!load.known) return `its sessions are not known, so it counts as busy: ${load.why}`;

  const { sessions, transit, peers } = load;
  const open = sessions + transit;
  if (open === 0) return 'no session is open';
  const through = transit === 0 ? '' : ` (${sessions} in it, ${transit} of other instances through it)`;
  const who = peers.length === 0 ? '' : `, with ${peers.join(', ')}`;
  return `${plural(open, 'session')} ${open === 1 ? 'is' : 'are'} open${through}${who}`;
}
