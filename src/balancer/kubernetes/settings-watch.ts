import { Store } from '../../kube/cache/store.ts';
import { Reflector } from '../../kube/reflector/reflector.ts';
import { configMapType } from '../seat/read-gate.ts';
import type { ConfigMap } from '../seat/read-gate.ts';
import type { WatchOptions } from './pool-watch.ts';

/** The key of the ConfigMap `<pool>-balancer` that holds the balancer's settings. */
export const settingsKey = 'balancer.yaml';

/** Follows the balancer's settings in their ConfigMap. */
export interface SettingsWatch {
  lastEventAgeMilliseconds(): number;
  run(signal: AbortSignal): Promise<void>;
}

/** `onText` gets the settings whenever they change. A ConfigMap that is deleted changes nothing: the last settings stay in force. */
export function createSettingsWatch(
  options: WatchOptions & { readonly name: string; readonly onText: (text: string) => void },
): SettingsWatch {
  const { name, onText, logger } = options;
  const store = new Store<ConfigMap>();
  // Note: RBAC by resourceNames allows this list and watch only with the field selector.
  const reflector = new Reflector({ ...options, type: configMapType, fieldSelector: `metadata.name=${name}`, store });

  store.onChange((event) => {
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
