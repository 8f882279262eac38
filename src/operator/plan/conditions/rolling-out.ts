import type { Picture } from '../picture.ts';
import type { Verdict } from './verdict.ts';
import { count, stopHint, verdict } from './verdict.ts';

/** A running instance is never replaced: whether somebody works in it cannot be known, so it counts as busy. */
export function rollingOut({ observation, counts }: Picture): Verdict {
  const { namespace, spec } = observation.pool;
  const [first] = counts.outdated;
  if (first === undefined) {
    return verdict('RollingOut', 'UpToDate', 'all instances run the current image, template and configuration');
  }

  const who = `${count(counts.outdated.length, 'instance')} (${counts.outdated.join(', ')}) run an older image, template or configuration`;
  if (spec.paused) return verdict('RollingOut', 'Paused', `${who}; nothing is replaced while spec.paused is true`);
  if (counts.surplus > 0) {
    return verdict('RollingOut', 'CapExceeded', `${who}; nothing is replaced while more run than the maximum allows`);
  }

  const byHand = `To replace one when its sessions allow it: ${stopHint(namespace, first)}`;
  return spec.rollout.policy === 'OnDelete'
    ? verdict('RollingOut', 'WaitingForDelete', `${who}, until someone stops them. ${byHand}`)
    : verdict(
        'RollingOut',
        'WaitingForIdle',
        `${who}. Sessions may be open in them, so none is replaced by itself. ${byHand}`,
      );
}
