import { stringify } from 'yaml';
import type { ResolvedSpec } from '../../api/resolve.ts';
import { settingsKey } from '../../balancer/config/schema.ts';
import type { KubeObject } from '../../kube/object.ts';
import { childNames } from '../names.ts';
import { balancerSettings } from './balancer-settings.ts';
import type { RenderedPool } from './pool.ts';
import { childMetadata } from './pool.ts';
import type { ListenerPorts } from './ports.ts';
import { assignListenerPorts, firstListenerPort, lastListenerPort } from './ports.ts';

export interface ConfigMap extends KubeObject {
  data: Record<string, string>;
}

/** Another key of the ConfigMap: the memory of which listener has which port. */
const portsKey = 'listener-ports.json';

/** Reads back which ports were given before. A missing or damaged memory is an empty one. */
export function knownListenerPorts(data: Readonly<Record<string, string>> | undefined): ListenerPorts {
  try {
    const ports: unknown = JSON.parse(data?.[portsKey] ?? '{}');
    const entries = Object.entries(typeof ports === 'object' && ports !== null ? ports : {});
    return Object.fromEntries(entries.filter((entry): entry is [string, number] => isListenerPort(entry[1])));
  } catch {
    return {};
  }
}

function isListenerPort(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= firstListenerPort && Number(value) <= lastListenerPort;
}

/** The ports of the pool's listeners, given what they were before. */
export function listenerPorts(spec: ResolvedSpec, known: ListenerPorts): ListenerPorts {
  return assignListenerPorts(
    known,
    spec.listeners.map((listener) => listener.name),
  );
}

/** How the operator speaks to the sidecars: they watch this ConfigMap and follow it without a restart. */
export function balancerConfigMap(pool: RenderedPool, ports: ListenerPorts): ConfigMap {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: childMetadata(pool, childNames(pool.name).balancer),
    data: {
      [settingsKey]: stringify(balancerSettings(pool.spec, ports)),
      [portsKey]: JSON.stringify(ports),
    },
  };
}
