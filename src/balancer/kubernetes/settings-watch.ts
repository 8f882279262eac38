import { Store } from '../../kube/cache/store.ts';
import { Reflector } from '../../kube/reflector/reflector.ts';
import { settingsKey } from '../config/schema.ts';
import { drainsKey } from '../drain/drains.ts';
import { configMapType } from '../seat/read-gate.ts';
import type { ConfigMap } from '../seat/read-gate.ts';
import type { WatchOptions } from './pool-watch.ts';

/** Follows the balancer's settings, and the list of the pods that drain, in their ConfigMap. */
export interface SettingsWatch {
  lastEventAgeMilliseconds(): number;
  run(signal: AbortSignal): Promise<void>;
}

/**
 * `onText` gets the settings whenever they change, `onDrains` the list of drains: undefined when there is none. A ConfigMap that is
 * deleted changes nothing: what it said last stays in force.
 */
export function createSettingsWatch(
  options: WatchOptions & {
    readonly name: string;
    readonly onText: (text: string) => void;
    readonly onDrains: (text: string | undefined) => void;
  },
): SettingsWatch {
  const { name, onText, onDrains, logger } = options;
  const store = new Store<ConfigMap>();
  // Note: RBAC by resourceNames allows this list and watch only with the field selector.
  const reflector = new Reflector({ ...options, type: configMapType, fieldSelector: `metadata.name=${name}`, store });

  store.onChange((event) => {
    if (event.new !== undefined) onDrains(event.new.data?.[drainsKey]);
    const text = event.new?.data?.[settingsKey];
    if (text === undefined) {
      logger.warn(
        { configMap: name, key: settingsKey },
        'Settings of the balancer are gone; the last ones stay in force',
      );
    } else {
      onText(text);
    }
  });
  return {
    lastEventAgeMilliseconds: () => reflector.lastEventAgeMilliseconds(),
    run: (signal) => reflector.run(signal),
  };
}
