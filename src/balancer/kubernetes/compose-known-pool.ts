import { existsSync } from 'node:fs';
import type { Logger } from '../../kube/logger.ts';
import type { Clock } from '../../kube/clock.ts';
import { settingsKey } from '../config/schema.ts';
import type { DataPlane } from '../data-plane.ts';
import { drainFile } from '../drain/drain-file.ts';
import { createDrain, type Drain } from '../drain/drain.ts';
import { endingFile } from '../drain/ending-file.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { createLastState, type LastState } from './last-state.ts';
import type { PodEnvironment } from './pod-environment.ts';
import { createPoolState, type PoolState } from './pool-state.ts';
import { createSettings, type Settings } from './settings.ts';

/** What a sidecar knows of its pool, whoever told it, and obeys. */
export interface KnownPool {
  readonly settings: Settings;
  readonly drain: Drain;
  readonly state: PoolState;
  readonly lastState: LastState;
  /** Takes over what the process before this one knew. To be called first. */
  restore(): Promise<void>;
}

/** Settings, drains and pods in their files on the pod's emptyDir, and in the data plane. */
export function composeKnownPool(options: {
  readonly pod: PodEnvironment;
  readonly folder: string;
  readonly dataPlane: DataPlane;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly logger: Logger;
}): KnownPool {
  const { pod, folder, dataPlane, metrics, clock, logger } = options;
  const { podUid } = pod;
  const refused = metrics.counter('gatewaypool_balancer_config_refused_total', 'Configurations that were refused.');
  const settings = createSettings({
    dataPlane,
    source: settingsKey,
    refused,
    fileExists: existsSync,
    clock,
    logger,
    onChange: () => state.settingsChanged(),
  });
  const drain = createDrain({
    podUid,
    deadlineSeconds: pod.drainDeadlineSeconds,
    file: drainFile(folder, podUid, logger),
    endingFile: endingFile(folder, clock, logger),
    clock,
    logger,
    onChange: () => state.drainsChanged(),
  });
  const lastState = createLastState({ folder, podUid, clock, logger });
  const state = createPoolState({ podUid, dataPlane, settings, drain, lastState, logger });
  return {
    settings,
    drain,
    state,
    lastState,
    restore: async () => {
      await drain.load();
      const known = await lastState.load();
      if (known !== undefined) state.restore(known);
    },
  };
}
