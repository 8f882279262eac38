import type { Picture } from '../picture.ts';
import { plural } from '../plural.ts';
import type { Verdict } from './verdict.ts';
import { verdict } from './verdict.ts';

/** Whether anybody can work through this pool now: at least one of its in-cluster instances is ready. */
export function available({ observation, counts, blocked }: Picture): Verdict {
  if (counts.ready > 0) return verdict('Available', 'SomeReady', `${plural(counts.ready, 'instance')} ready`);
  if (counts.desired === 0) {
    return verdict(
      'Available',
      'NoneReady',
      'no instance is wanted in the cluster; raise replicas or maxInstances to start one',
    );
  }
  if (observation.pool.spec.paused)
    return verdict('Available', 'NoneReady', 'no instance is ready, and the pool is paused');
  const next = blocked === undefined ? 'the first one is still on its way' : `none can start: ${blocked}`;
  return verdict('Available', 'NoneReady', `no instance is ready; ${next}`);
}
