import type { V1ServiceSpec } from '@kubernetes/client-node';
import type { KubeObject } from '../../kube/object.ts';
import { childNames } from '../names.ts';
import type { RenderedPool } from './pool.ts';
import { childMetadata, poolSelector } from './pool.ts';
import type { ListenerPorts } from './ports.ts';

export interface Service extends KubeObject {
  spec: V1ServiceSpec;
}

/**
 * The Service that clients dial. It leads to the sidecars, which balance over the instances; the gateways' own ports are not in it.
 * Target ports are numbers, not names: a named port would need the listener in the pod template, and adding one would restart pods.
 */
export function clientService(pool: RenderedPool, ports: ListenerPorts): Service {
  const { service, listeners } = pool.spec;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      ...childMetadata(pool, childNames(pool.name).clientService),
      ...(service.annotations === undefined ? {} : { annotations: service.annotations }),
    },
    spec: {
      type: service.type,
      sessionAffinity: service.sessionAffinity,
      selector: poolSelector(pool),
      ports: listeners.map((listener) => ({
        name: listener.name,
        port: listener.port,
        protocol: 'TCP',
        targetPort: ports[listener.name] ?? listener.targetPort,
        ...appProtocol(listener),
      })),
    },
  };
}

/**
 * What load balancers and meshes may take a port for. Names without a prefix are those of IANA, which knows none for TLS around
 * something unknown: https://kubernetes.io/docs/concepts/services-networking/service/#application-protocol
 */
function appProtocol({ protocol, tls }: RenderedPool['spec']['listeners'][number]): { appProtocol?: string } {
  if (protocol !== 'HTTP') return {};
  return { appProtocol: tls === undefined ? 'http' : 'https' };
}
