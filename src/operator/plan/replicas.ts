import type { ResolvedSpec } from '../../api/resolve.ts';
import { seatsForSlots, wantedLimits } from './cap.ts';
import { sharesConfiguration } from './keeper-version.ts';

/** How many instances the pool should have in the cluster, and why not as many as `replicas` says. */
export interface Desired {
  readonly instances: number;
  /** A sentence, when something stands against what the user asked for. */
  readonly limitedBy: string | undefined;
}

/** spec.replicas, as far as the cap and the external instances leave room; all that there is room for when it is absent. */
export function desiredInstances(spec: ResolvedSpec): Desired {
  const limits = wantedLimits(spec);
  const room = seatsForSlots(limits);
  const asked = spec.replicas ?? room;
  if (!sharesConfiguration(spec)) {
    const instances = Math.min(asked, room, Math.max(0, 1 - limits.externalInstances));
    if (instances < Math.min(asked, room)) {
      const limitedBy = `image ${spec.image} is older than 1.7.6 and cannot share a configuration, so only one instance is started; use a newer image to run more`;
      return { instances, limitedBy };
    }
  }
  if (asked <= room) return { instances: asked, limitedBy: undefined };

  const { maxInstances, externalInstances } = limits;
  const external = externalInstances === 0 ? '' : `, of which external instances take ${externalInstances}`;
  const limitedBy = `replicas is ${asked}, but maxInstances is ${maxInstances}${external}; raise maxInstances to run more`;
  return { instances: room, limitedBy };
}
