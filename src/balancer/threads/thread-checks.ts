import type { Logger } from '../../kube/logger.ts';
import type { Clock } from '../../kube/clock.ts';
import type { Backend, Target } from '../backend.ts';
import type { BalancerConfig, HealthCheck, Listener } from '../config/schema.ts';
import { Dispatcher, type DispatcherSettings } from '../dispatcher.ts';
import { checkHttp } from '../health/http-check.ts';
import { type CheckedListener, runProber } from '../health/prober.ts';
import type { News } from '../shares.ts';
import type { Dial } from '../transport/security.ts';

/** A listener, and how its backends are connected. */
export interface Dialled {
  readonly listener: Listener;
  readonly dial: Dial | undefined;
}

/** Active checks, carried out once for all threads. */
export interface ThreadChecks {
  /** @param listeners by their keys, all of them */
  setListeners(config: BalancerConfig, listeners: ReadonlyMap<string, Dialled>): void;
  setBackends(backends: readonly Backend[]): void;
  /** What was found out about those that are down now. */
  down(): readonly (readonly [listener: string, news: News])[];
  /** After its signal aborted: resolves when nothing runs any more. */
  readonly ended: Promise<void>;
}

export interface ThreadChecksOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  /** Checks have changed their mind. */
  readonly tell: (listener: string, news: News) => void;
  readonly check?: typeof checkHttp;
}

export function runThreadChecks(options: ThreadChecksOptions, signal: AbortSignal): ThreadChecks {
  const { clock, random, logger, tell, check = checkHttp } = options;
  /** They know targets and what checks say of them; nothing is dispatched here. */
  const dispatchers = new Map<string, Dispatcher>();
  let backends: readonly Backend[] = [];
  let settings: HealthCheck | undefined;

  function dispatcherWith(initial: DispatcherSettings): Dispatcher {
    return new Dispatcher({
      settings: initial,
      clock,
      random,
      logger,
      counters: { picks: () => ({ value: 0 }), ejected: () => {} },
      sessionsOn: () => 0,
      onDown: () => {},
      onNoNewWork: () => {},
    });
  }

  function checkedListener(key: string, dispatcher: Dispatcher): CheckedListener {
    return {
      checkTargets: () => dispatcher.checkTargets(),
      isUp: (target) => dispatcher.isUp(target),
      checked(target, passed) {
        const before = dispatcher.isUp(target);
        dispatcher.checked(target, passed);
        const after = dispatcher.isUp(target);
        if (after !== before) tell(key, newsOf(after ? 'Up' : 'Down', target));
      },
    };
  }

  return {
    setListeners(config, listeners) {
      settings = config.healthCheck;
      for (const key of dispatchers.keys()) if (!listeners.has(key)) dispatchers.delete(key);
      for (const [key, { listener, dial }] of listeners) {
        if (listener.protocol !== 'HTTP') continue;
        const next = { listener, slowStartSeconds: 0, healthCheck: config.healthCheck, dial };
        const dispatcher = dispatchers.get(key) ?? dispatcherWith(next);
        dispatchers.set(key, dispatcher);
        dispatcher.setSettings(next);
        dispatcher.setBackends(backends);
      }
    },
    setBackends(next) {
      backends = next;
      for (const dispatcher of dispatchers.values()) dispatcher.setBackends(backends);
    },
    down: () =>
      [...dispatchers].flatMap(([key, dispatcher]) =>
        dispatcher
          .checkTargets()
          .filter((target) => !dispatcher.isUp(target))
          .map((target) => [key, newsOf('Down', target)] as const),
      ),
    ended: runProber(
      {
        clock,
        random,
        settings: () => settings,
        listeners: () => [...dispatchers].map(([key, dispatcher]) => checkedListener(key, dispatcher)),
        check,
      },
      signal,
    ),
  };
}

function newsOf(what: 'Up' | 'Down', { name, address, port }: Target): News {
  return { what, about: { name, address, port } };
}
