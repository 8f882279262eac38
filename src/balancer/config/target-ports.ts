import type { Listener } from './schema.ts';

/** The ports that the gateway of a pod must listen on: where the listeners send work to. */
export function targetPorts(listeners: readonly Pick<Listener, 'port' | 'targetPort'>[]): ReadonlySet<number> {
  return new Set(listeners.map(({ port, targetPort }) => targetPort ?? port));
}
