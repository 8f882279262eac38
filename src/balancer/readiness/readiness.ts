import type { ProbeResult } from '../admin/admin.ts';
import type { BalancerConfig } from '../config/schema.ts';
import { targetPorts } from '../config/target-ports.ts';

/** What the readiness of a gateway pod depends on. */
export interface ReadinessFacts {
  readonly seatTaken: boolean;
  /** Undefined before the first configuration was read. */
  readonly config: BalancerConfig | undefined;
  /** What the balancer could not open of it, as a sentence. */
  readonly listenProblem: string | undefined;
  /** Ports in the pod that somebody listens on. */
  readonly listening: ReadonlySet<number>;
}

/**
 * Whether the pod may get work: the seat is taken and the gateway listens on every port that a listener sends work to. A pool without
 * listeners (an outbound-only gateway) is ready with its seat.
 */
export function readiness({ seatTaken, config, listenProblem, listening }: ReadinessFacts): ProbeResult {
  if (!seatTaken) return { ok: false, message: 'The gateway may not start yet; /sessions says why' };
  if (config === undefined) return { ok: false, message: 'The configuration of the balancer has not been read yet' };
  if (listenProblem !== undefined) return { ok: false, message: listenProblem };

  const missing = [...targetPorts(config.listeners)].filter((port) => !listening.has(port));
  if (missing.length > 0)
    return { ok: false, message: `The gateway does not listen on port ${missing.join(', ')} yet` };
  return { ok: true, message: 'The gateway listens on every port that work is sent to' };
}
