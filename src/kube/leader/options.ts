import type { Logger } from '../logger.ts';
import type { KubeClient } from '../client.ts';
import type { Clock } from '../clock.ts';
import type { ObjectKey } from '../object.ts';
import type { LeaseFence } from './fence.ts';
import type { LeaderElectionMetrics } from './metrics.ts';

export interface LeaderElectionOptions {
  /** Not a fenced client: the election is what the fence rests on. */
  readonly client: KubeClient;
  readonly lease: ObjectKey;
  /** Must be unique per process, such as `<pod name>_<uuid>`: a restarted process is somebody else. */
  readonly identity: string;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Opened and closed by the election, asked by everybody who writes; has the durations too. */
  readonly fence: LeaseFence;
  /** What only the leader does. Its signal aborts when it has to stop; the lease is kept and renewed until the promise settles. */
  readonly onStartedLeading: (signal: AbortSignal) => Promise<void>;
  readonly logger: Logger;
  readonly metrics?: LeaderElectionMetrics;
}
