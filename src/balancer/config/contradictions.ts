import type { BalancerConfig } from './schema.ts';

/** What is wrong, and where. */
export interface Problem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** What no single field shows: names and ports used twice, backends without a port for a listener, half a way to count sessions. */
export function contradictions(config: BalancerConfig): readonly Problem[] {
  return [
    ...repeated(config.listeners, ({ name }) => name).map((index) => ({
      path: ['listeners', index, 'name'],
      message: `another listener is called ${config.listeners[index]?.name} already`,
    })),
    ...repeated(config.listeners, ({ address, port }) => `${address ?? ''} ${port}`).map((index) => ({
      path: ['listeners', index, 'port'],
      message: `another listener has port ${config.listeners[index]?.port} already`,
    })),
    ...repeated(config.backends, ({ name }) => name).map((index) => ({
      path: ['backends', index, 'name'],
      message: `another backend is called ${config.backends[index]?.name} already`,
    })),
    ...missingPorts(config),
    ...unknownListeners(config),
    ...halfSessionSource(config),
    ...doublePeers(config),
    ...tunnelsOverTcp(config),
  ];
}

/** Indexes of the items whose key an earlier item has. */
function repeated<T>(items: readonly T[], keyOf: (item: T) => string): readonly number[] {
  const keys = items.map(keyOf);
  return [...keys.keys()].filter((index) => keys.indexOf(keys[index] ?? '') < index);
}

function missingPorts(config: BalancerConfig): readonly Problem[] {
  return config.backends.flatMap((backend, index) =>
    config.listeners
      .filter(({ name, targetPort }) => (backend.ports?.[name] ?? backend.port ?? targetPort) === undefined)
      .map(({ name }) => ({
        path: ['backends', index],
        message: `no port for listener ${name}: give the backend a port, or the listener a targetPort`,
      })),
  );
}

function unknownListeners(config: BalancerConfig): readonly Problem[] {
  const names = new Set(config.listeners.map(({ name }) => name));
  return config.backends.flatMap((backend, index) =>
    Object.keys(backend.ports ?? {})
      .filter((name) => !names.has(name))
      .map((name) => ({ path: ['backends', index, 'ports', name], message: `there is no listener called ${name}` })),
  );
}

function halfSessionSource({ sessions: { source, http } }: BalancerConfig): readonly Problem[] {
  if ((source === 'HTTP') === (http !== undefined)) return [];
  const message =
    http === undefined ? 'source HTTP needs http.port: where the gateway says its number' : 'needs source HTTP';
  return [{ path: ['sessions', 'http'], message }];
}

function doublePeers({ sessions: { ignore } }: BalancerConfig): readonly Problem[] {
  return [...ignore.entries()]
    .filter(([, { cidr, host }]) => (cidr === undefined) === (host === undefined))
    .map(([index]) => ({ path: ['sessions', 'ignore', index], message: 'needs cidr or host, one of the two' }));
}

function tunnelsOverTcp({ listeners }: BalancerConfig): readonly Problem[] {
  return [...listeners.entries()]
    .filter(([, { protocol, allowConnect }]) => protocol === 'TCP' && allowConnect)
    .map(([index]) => ({
      path: ['listeners', index, 'allowConnect'],
      message: 'CONNECT is a request of HTTP: set protocol HTTP, or remove allowConnect',
    }));
}
