import type { Logger } from 'pino';
import type { Applier } from '../../kube/apply/applier.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { Clock } from '../../kube/clock.ts';
import type { WrittenVersions } from '../../kube/controller/written-versions.ts';
import type { OperatorMetrics } from '../metrics/operator-metrics.ts';
import type { AskSidecar } from '../observe/ask-sidecars.ts';
import type { Caches, StoredPool } from '../observe/caches.ts';
import type { ConfigReader } from '../observe/config-reader.ts';
import type { TlsReader } from '../observe/tls-reader.ts';
import type { VersionAge } from '../observe/version-age.ts';
import type { ProgressAge } from '../observe/watched-pod.ts';
import type { PoolMemories } from '../observe/pool-memory.ts';
import type { PlannedEvent } from '../plan/actions.ts';

/** What reconciling any pool needs; made once per process. */
export interface ReconcileDependencies {
  /** Fenced by the lease and tracked: see `trackedClient`. */
  readonly client: KubeClient;
  readonly applier: Applier;
  readonly caches: Caches;
  readonly configReader: ConfigReader;
  readonly tlsReader: TlsReader;
  readonly memories: PoolMemories;
  readonly versionAge: VersionAge;
  readonly progressAge: ProgressAge;
  readonly gatewayAge: ProgressAge;
  readonly written: WrittenVersions;
  readonly askSidecar: AskSidecar;
  readonly recordEvent: (pool: StoredPool, event: PlannedEvent) => void;
  /** Told what each look came to. */
  readonly metrics: Pick<OperatorMetrics, 'pools' | 'actionDone'>;
  readonly balancerImage: string;
  readonly operatorNamespace: string;
  readonly clock: Clock;
  readonly logger: Logger;
}
