import type { Backend } from '../backend.ts';
import type { BalancerConfig, StaticBackend } from '../config/schema.ts';

/** The backends of a configuration file: nobody reports their readiness, so they count as ready until traffic or checks say otherwise. */
export function staticBackends(backends: readonly StaticBackend[]): readonly Backend[] {
  return backends.map((backend) => ({ ...backend, ready: true, serving: true, draining: false }));
}

/** A balancer on a plain machine serves that machine, unless its file says more. */
const defaultAddress = '127.0.0.1';

/** The configuration with an address for every listener. */
export function withStaticAddresses(config: BalancerConfig): BalancerConfig {
  const listeners = config.listeners.map((listener) => ({ ...listener, address: listener.address ?? defaultAddress }));
  return { ...config, listeners };
}
