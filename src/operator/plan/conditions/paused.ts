import { publishedLimits, sameLimits, wantedLimits } from '../cap.ts';
import type { Picture } from '../picture.ts';
import type { Verdict } from './verdict.ts';
import { verdict } from './verdict.ts';

/** Whether the user asked the operator to keep its hands off. */
export function paused({ observation, drains }: Picture): Verdict {
  const { spec, status } = observation.pool;
  if (!spec.paused) return verdict('Paused', 'NotPaused', 'the operator keeps the pool as its spec says');

  const published = publishedLimits(status);
  const isPending = published !== undefined && !sameLimits(wantedLimits(spec), published);
  const pending = isPending ? `; until then the maximum in force stays ${published.maxInstances}` : '';
  const takenBack = drains?.takenBack.map(({ slot }) => slot) ?? [];
  const take = takenBack.length === 1 ? 'takes' : 'take';
  const back =
    takenBack.length === 0 ? '' : `; ${takenBack.join(', ')} drained for the operator, and ${take} new sessions again`;
  const message = `the operator observes and reports, and changes nothing until spec.paused is false${pending}${back}`;
  return verdict('Paused', 'PausedByUser', message);
}
