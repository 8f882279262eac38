import type { FieldError } from '../../api/field-error.ts';
import { describeFieldErrors } from '../../api/field-error.ts';
import type { ConditionType } from '../../api/conditions.ts';
import type { Plan } from './actions.ts';
import type { Verdicts } from './conditions/all.ts';
import { conditionsOf } from './conditions/all.ts';
import type { Verdict } from './conditions/verdict.ts';
import { verdict } from './conditions/verdict.ts';
import { transitionEvents } from './events.ts';
import type { PoolIdentity } from './observation.ts';

/** The plan for a pool whose spec breaks its own rules: nothing is changed, and the status says where, by field path alone. */
export function planForInvalidPool(pool: PoolIdentity, errors: readonly FieldError[], now: Date): Plan {
  const verdicts = invalidVerdicts(pool, describeFieldErrors(errors));
  const status = { ...pool.status, observedGeneration: pool.generation, summary: 'stalled, spec not valid' };
  return {
    actions: [],
    publish: undefined,
    status: { ...status, conditions: conditionsOf(pool, verdicts, now) },
    events: transitionEvents(pool, verdicts),
    requeueAfterMilliseconds: undefined,
  };
}

function invalidVerdicts({ status }: PoolIdentity, problem: string): Verdicts {
  const message = `${problem}; correct it, then the operator goes on. Until then it changes nothing, and running instances go on`;
  /** Note: what the pool's instances do is not looked at without a spec, so the last word on it stays. */
  const asBefore = (type: ConditionType): Verdict => {
    const before = status?.conditions?.find((condition) => condition.type === type);
    return before === undefined
      ? { status: 'Unknown', reason: 'SpecInvalid', message }
      : { status: before.status, reason: before.reason, message: before.message };
  };
  return {
    Ready: verdict('Ready', 'Stalled', message),
    Reconciling: verdict('Reconciling', 'Stalled', message),
    Stalled: verdict('Stalled', 'SpecInvalid', message),
    Available: asBefore('Available'),
    RollingOut: asBefore('RollingOut'),
    CapExceeded: asBefore('CapExceeded'),
    Paused: asBefore('Paused'),
    ConfigValid: asBefore('ConfigValid'),
    TLSValid: asBefore('TLSValid'),
  };
}
