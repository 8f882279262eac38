import { requests } from '../../../api/identity.ts';
import type { ConditionType, ReasonOf } from '../../../api/conditions.ts';
import { statusOf } from '../../../api/conditions.ts';

/** What a condition says: a reason in one word and a sentence that tells why and what happens next. */
export interface Verdict {
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
}

/** The status follows from the reason: the contract in `src/api/conditions.ts`. */
export function verdict<T extends ConditionType>(type: T, reason: ReasonOf<T>, message: string): Verdict {
  return { status: statusOf(type, reason), reason, message };
}

/** What a person runs to have an instance stopped when its sessions are over, however long that takes. */
export function stopHint(namespace: string, slot: string): string {
  return `kubectl annotate deployment -n ${namespace} ${slot} ${requests.stop}=true`;
}
