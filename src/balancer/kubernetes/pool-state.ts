import type { Logger } from '../../kube/logger.ts';
import type { DataPlane } from '../data-plane.ts';
import type { Drain } from '../drain/drain.ts';
import { poolBackends } from '../endpoints/backends.ts';
import type { PoolView } from '../endpoints/pool-view.ts';
import type { KnownState, LastState } from './last-state.ts';
import type { Settings } from './settings.ts';

/** Joins pods, settings and drains to what the data plane balances over. */
export interface PoolState {
  /** Takes over what an earlier process of this pod knew. */
  restore(state: KnownState): void;
  viewChanged(view: PoolView): void;
  settingsChanged(): void;
  drainsChanged(): void;
}

export function createPoolState(options: {
  /** Of the own pod. */
  readonly podUid: string;
  readonly dataPlane: Pick<DataPlane, 'setBackends' | 'setDraining'>;
  readonly settings: Pick<Settings, 'config' | 'text' | 'offer'>;
  readonly drain: Pick<Drain, 'standing' | 'ordered' | 'ordersText' | 'restoreOrders'>;
  readonly lastState: Pick<LastState, 'put'>;
  readonly logger: Logger;
}): PoolState {
  const { podUid, dataPlane, settings, drain, lastState, logger } = options;
  let view: PoolView = [];
  let announced = '';

  function announce(): void {
    const leaving = drain.standing() === null ? undefined : podUid;
    const backends = poolBackends(view, settings.config()?.backends ?? [], drain.ordered(), leaving);
    const fingerprint = JSON.stringify(backends);
    if (fingerprint !== announced) dataPlane.setBackends(backends);
    announced = fingerprint;
    dataPlane.setDraining(leaving !== undefined);
    lastState.put({ settings: settings.text(), drains: drain.ordersText(), view });
  }

  return {
    restore: (state) => {
      ({ view } = state);
      drain.restoreOrders(state.drains);
      if (state.settings !== undefined) settings.offer(state.settings);
      announce();
    },
    viewChanged: (next) => {
      // Note: this very pod is one of the pool, so an empty pool is never the truth: somebody deleted the Service or its slices.
      if (next.length === 0) {
        if (view.length > 0)
          logger.warn({ kept: view.length }, 'EndpointSlices of the pool are gone; the last ones stay in force');
        return;
      }
      view = next;
      announce();
    },
    settingsChanged: announce,
    drainsChanged: announce,
  };
}
