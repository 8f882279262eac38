import type { Logger } from '../../kube/logger.ts';
import type { Clock } from '../../kube/clock.ts';
import type { PoolView } from '../endpoints/pool-view.ts';
import type { DrainFile } from './drain-file.ts';
import { afterRestart, notDraining, type Standing, standingOf, withEnding, withOrder } from './drain-state.ts';
import type { EndingFile } from './ending-file.ts';
import { createOrders } from './orders.ts';
import { peersHaveNoticed, proxiesHaveNoticed, type SettlingFacts } from './settling.ts';

/** Whether this pod drains, whoever said so, and which others do. */
export interface Drain {
  /** Takes over from the process before this one. To be called first. */
  load(): Promise<void>;
  /** What the API server last said, from the disk. It says nothing about this pod: its own file knows better. */
  restoreOrders(text: string | undefined): void;
  /** What the API server says in `drains.yaml`. */
  offerOrders(text: string | undefined): void;
  ordersText(): string | undefined;
  viewChanged(view: PoolView): void;
  /** null: this pod takes new sessions. */
  standing(): Standing | null;
  /** The operator ordered it, so the readiness of the pod goes away. */
  isOrdered(): boolean;
  /** The pod is being deleted. Looks once more for the sign of the kubelet's hook. */
  isEnding(): boolean;
  /** The API server said so, too. */
  isSureToEnd(): boolean;
  /** UIDs of the pods that the operator ordered to drain. */
  ordered(): ReadonlySet<string>;
  /** Which list of orders that is: grows by one with every write of the operator; 0: none was read yet. */
  ordersGeneration(): number;
  /** Nobody sends new work to the gateway of this pod any more. */
  peersHaveNoticed(): boolean;
  /** Nobody comes in through this sidecar any more. */
  proxiesHaveNoticed(): boolean;
  /** Milliseconds on the clock that all times here are on. */
  now(): number;
  /** Aborts when the pod is being deleted and its time is over. */
  readonly over: AbortSignal;
  /** Watches for the pod's end and the deadline until the signal aborts. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
}

export interface DrainOptions {
  readonly podUid: string;
  /** How long the pod may take from the beginning of its deletion. */
  readonly deadlineSeconds: number;
  readonly file: DrainFile;
  readonly endingFile: EndingFile;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called when `standing` or `ordered` may have changed. */
  readonly onChange: () => void;
}

export function createDrain(options: DrainOptions): Drain {
  const { podUid, deadlineSeconds, file, endingFile, clock, logger, onChange } = options;
  const orders = createOrders(logger);
  const over = new AbortController();
  let state = notDraining;
  let unreadySince: number | undefined;
  let wake = (): void => {};

  // Note: durations count on the clock that never jumps. Only from one process to the next the node's wall clock is what there is.
  const beganAt = clock.now().getTime() - clock.monotonicMilliseconds();
  const now = (): number => beganAt + clock.monotonicMilliseconds();
  const standing = (): Standing | null => standingOf(state, deadlineSeconds);

  function change(next: typeof state): void {
    const before = standing();
    const isNews = JSON.stringify(next) !== JSON.stringify(state);
    state = next;
    if (!isNews) return;

    void file.save(state);
    logChange(before, standing());
    wake();
  }

  function logChange(before: Standing | null, after: Standing | null): void {
    if (before?.cause === after?.cause && before?.deadline === after?.deadline) return;
    if (after === null) logger.info('Takes new sessions again: the drain was taken back');
    else {
      const remainingSeconds = after.deadline === null ? null : Math.round((after.deadline - now()) / 1000);
      const reason = after.cause === 'Ordered' ? orders.of(podUid)?.reason : 'the pod is being deleted';
      logger.info({ cause: after.cause, remainingSeconds, reason }, 'Drains: takes no new sessions');
    }
  }

  function end(sure: boolean): void {
    change(withEnding(state, sure, now()));
    onChange();
  }

  function facts(): SettlingFacts | undefined {
    const since = standing()?.since;
    return since === undefined ? undefined : { drainingSince: since, orderedSince: state.ordered?.since, unreadySince };
  }

  async function followDeadline(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !over.signal.aborted) {
      const news = new AbortController();
      wake = () => news.abort();
      const at = standing();
      const left = at?.cause === 'PodEnding' && at.deadline !== null ? at.deadline - now() : Number.POSITIVE_INFINITY;
      if (left <= 0) over.abort();
      else await clock.sleep(left, AbortSignal.any([signal, news.signal]));
    }
  }

  async function followHook(signal: AbortSignal): Promise<void> {
    await endingFile.appears(signal);
    if (endingFile.exists()) end(false);
  }

  return {
    load: async () => {
      await endingFile.forget();
      state = afterRestart(await file.load());
    },
    restoreOrders: (text) => {
      orders.offer(text);
    },
    offerOrders: (text) => {
      if (!orders.offer(text)) return;
      change(withOrder(state, orders.of(podUid), now()));
      onChange();
    },
    ordersText: () => orders.text(),
    viewChanged: (view) => {
      // Note: an empty view is not the truth, as this very pod is one of the pool.
      if (view.length === 0) return;
      const own = view.find((endpoint) => endpoint.podUid === podUid);
      unreadySince = own?.ready === true ? undefined : (unreadySince ?? now());
      if (own?.terminating === true && state.ending?.sure !== true) end(true);
    },
    standing,
    isOrdered: () => state.ordered !== undefined,
    isEnding: () => {
      if (state.ending === undefined && endingFile.exists()) end(false);
      return state.ending !== undefined;
    },
    isSureToEnd: () => state.ending?.sure === true,
    ordered: () => orders.draining(),
    ordersGeneration: () => orders.generation(),
    peersHaveNoticed: () => {
      const known = facts();
      return known !== undefined && peersHaveNoticed(known, now());
    },
    proxiesHaveNoticed: () => {
      const known = facts();
      return known !== undefined && proxiesHaveNoticed(known, now());
    },
    now,
    over: over.signal,
    run: async (signal) => {
      await Promise.all([followDeadline(signal), followHook(signal)]);
    },
  };
}
