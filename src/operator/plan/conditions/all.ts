import type { ConditionType } from '../../../api/conditions.ts';
import { conditionTypes } from '../../../api/conditions.ts';
import type { Condition } from '../../../api/status.ts';
import type { PoolIdentity } from '../observation.ts';
import type { Picture } from '../picture.ts';
import { available } from './available.ts';
import { capExceeded } from './cap-exceeded.ts';
import { configValid } from './config-valid.ts';
import { paused } from './paused.ts';
import { ready } from './ready.ts';
import { reconciling } from './reconciling.ts';
import { rollingOut } from './rolling-out.ts';
import { stalled } from './stalled.ts';
import { tlsValid } from './tls-valid.ts';
import type { Verdict } from './verdict.ts';

export type Verdicts = Readonly<Record<ConditionType, Verdict>>;

export function verdictsOf(picture: Picture): Verdicts {
  return {
    Ready: ready(picture),
    Reconciling: reconciling(picture),
    Stalled: stalled(picture),
    Available: available(picture),
    RollingOut: rollingOut(picture),
    CapExceeded: capExceeded(picture),
    Paused: paused(picture),
    ConfigValid: configValid(picture),
    TLSValid: tlsValid(picture),
  };
}

/** All conditions, always in the same order. Note: the transition time moves with `status` alone, else each look would be a write. */
export function conditionsOf({ status, generation }: PoolIdentity, verdicts: Verdicts, now: Date): Condition[] {
  return conditionTypes.map((type) => {
    const verdict = verdicts[type];
    const before = status?.conditions?.find((condition) => condition.type === type);
    const lastTransitionTime = before?.status === verdict.status ? before.lastTransitionTime : now.toISOString();
    return { type, ...verdict, observedGeneration: generation, lastTransitionTime };
  });
}
