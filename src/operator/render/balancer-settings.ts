import type { z } from 'zod';
import type { ResolvedSpec } from '../../api/resolve.ts';
import type { BalancerConfig, StaticBackend } from '../../balancer/config/schema.ts';
import { keeperRouters } from './keeper-router.ts';
import type { ListenerPorts } from './ports.ts';
import { tlsSettings } from './tls-files.ts';

/** The pool's listeners and balancer settings in the words of the sidecar. */
export function balancerSettings(spec: ResolvedSpec, ports: ListenerPorts): z.input<typeof BalancerConfig> {
  const { retries, limits, slowStartSeconds, proxyProtocol, forwardedHeader, accessLog } = spec.balancer;
  const { idleSeconds, queueSeconds, ...otherLimits } = limits;
  const backends = externalBackends(spec);
  return {
    listeners: spec.listeners.map((listener) => ({
      name: listener.name,
      protocol: listener.protocol,
      distribution: listener.distribution,
      port: ports[listener.name] ?? listener.targetPort,
      targetPort: listener.targetPort,
      ...tlsSettings(listener),
      ...(listener.acceptProxyFrom.length === 0 ? {} : { acceptProxyFrom: listener.acceptProxyFrom }),
      ...(listener.allowConnect ? { allowConnect: true } : {}),
      ...(listener.maxConnections === undefined ? {} : { maxConnections: listener.maxConnections }),
    })),
    ...(backends.length === 0 ? {} : { backends }),
    healthCheck: healthCheck(spec),
    // The sidecar counts the backends that may see a request, the first one included.
    retries: { ...retries, attempts: retries.attempts + 1 },
    limits: { ...otherLimits, queueMilliseconds: queueSeconds * 1000, idleMilliseconds: idleSeconds * 1000 },
    slowStartSeconds,
    proxyProtocol,
    forwardedHeader,
    accessLog,
    sessions: sessionSource(spec),
  };
}

/**
 * Who knows the number of sessions: the gateway, when it was said to tell; else the sidecars, which carry all of them; else, without
 * listeners, the kernel, which shows every connection of the pod, also those to the vendor's router.
 */
function sessionSource({ profile, listeners, sessions }: ResolvedSpec): z.input<typeof BalancerConfig>['sessions'] {
  const { source, http, ignore } = sessions;
  if (source === 'HTTP' && http !== undefined) return { source, http };
  if (listeners.length > 0) return { source: 'Balancer' };
  return { source: 'Kernel', ignore: [...(profile === 'Keeper' ? keeperRouters : []), ...ignore] };
}

/** Without a path to ask for, a gateway is judged by its traffic alone. */
function healthCheck(spec: ResolvedSpec): z.input<typeof BalancerConfig>['healthCheck'] {
  const { http, ...timing } = spec.balancer.healthCheck;
  return http === undefined ? { mode: 'Passive', ...timing } : { mode: 'Active', http: { path: http.path }, ...timing };
}

/** Instances outside the cluster that clients of the pool may be sent to: those with an address, on the ports of the gateways inside. */
function externalBackends(spec: ResolvedSpec): StaticBackend[] {
  const ports = Object.fromEntries(spec.listeners.map((listener) => [listener.name, listener.targetPort]));
  if (spec.listeners.length === 0) {
    return [];
  }

  return spec.externalInstances.flatMap(({ name, address }) =>
    address === undefined ? [] : [{ name, address, ports }],
  );
}
