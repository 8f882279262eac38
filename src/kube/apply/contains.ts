import { isRecord } from '../json.ts';

/**
 * True when every field of `intent` has the same value in `live`, so that applying it would change nothing. Fields that only `live` has
 * (defaults, status, what others set) do not matter. Lists are compared item by item and must have the same length.
 *
 * May say false although nothing would change (the server writes `1000m` as `1`, or sorts a list): that costs one request. It never
 * says true although something would.
 */
export function contains(live: unknown, intent: unknown): boolean {
  if (Array.isArray(intent)) {
    if (!Array.isArray(live) || live.length !== intent.length) return false;
    return intent.every((item, index) => contains(live[index], item));
  }
  if (isRecord(intent)) {
    if (!isRecord(live)) return false;
    return Object.entries(intent).every(([field, value]) => value === undefined || contains(live[field], value));
  }
  return live === intent;
}
