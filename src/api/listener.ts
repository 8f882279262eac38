import { z } from 'zod';
import { dnsSubdomain, hostAddress, networkRange, portName, unreservedPort } from './formats.ts';
import { withRules } from './rule.ts';
import { uniqueValues } from './spec-rules.ts';

/** Who the pool is to its clients, and who its clients must be. */
export const ListenerTLS = z.object({
  secretName: withRules(z.string().max(253), dnsSubdomain).describe(
    'Name of the Secret of type `kubernetes.io/tls` in the namespace of the pool: `tls.crt`, the certificate and those that lead to its CA, and `tls.key`. A renewed certificate is taken up without a restart; naming another Secret replaces the instances. Label the Secret `pam.gatewaypool.io/config=true` to have it seen at once when it is missing and created. Example: `prod-tls`.',
  ),
  clientCASecretName: withRules(z.string().max(253), dnsSubdomain)
    .optional()
    .describe(
      'Name of a Secret with the key `ca.crt`, which may be the same one: a client must show a certificate that one of these CAs has issued. Absent: clients need none. Example: `prod-clients`.',
    ),
});
export type ListenerTLS = z.infer<typeof ListenerTLS>;

/** How the sidecars make sure that they speak to the gateway. There is no way to leave the check out. */
export const TargetTLS = z.object({
  caSecretName: withRules(z.string().max(253), dnsSubdomain)
    .optional()
    .describe(
      'Name of a Secret with the key `ca.crt`: the CAs that issue the certificates of the gateways. Absent: the CAs that the image of the sidecar trusts. Example: `prod-gateway-ca`.',
    ),
  serverName: withRules(z.string().max(253), hostAddress)
    .optional()
    .describe(
      'Name that the certificate of every gateway must have, also sent as SNI. Absent: the address of the instance, which few certificates name. Example: `gateway.prod.internal`.',
    ),
  clientSecretName: withRules(z.string().max(253), dnsSubdomain)
    .optional()
    .describe(
      'Name of a Secret of type `kubernetes.io/tls`: the certificate that the sidecars show to gateways which ask for one. Example: `prod-sidecar`.',
    ),
});
export type TargetTLS = z.infer<typeof TargetTLS>;

export const Listener = withRules(
  z.object({
    name: withRules(z.string().max(15), portName).describe(
      'Name of the port of the Service, unique in the pool. Example: `ssh`.',
    ),
    port: z
      .int32()
      .min(1)
      .max(65_535)
      .describe('Port of the Service that clients connect to, unique in the pool. Example: `22`.'),
    targetPort: withRules(z.int32().min(1).max(65_535), unreservedPort).describe(
      'Port that the gateway process listens on. 15000-15999 belong to the sidecar. Example: `2222`.',
    ),
    protocol: z
      .enum(['TCP', 'HTTP'])
      .describe(
        'TCP: one backend per connection. HTTP: one backend per request, and WebSocket connections; HTTP/1.1, with TLS where `tls` and `targetTLS` say so.',
      ),
    distribution: z
      .enum(['RoundRobin', 'PreferLocal'])
      .default('RoundRobin')
      .describe(
        'RoundRobin: each sidecar walks over all ready instances in turn. PreferLocal: the instance of the pod that Kubernetes chose gets the work while it is ready, so that sessions never pass through another instance.',
      ),
    tls: ListenerTLS.optional().describe(
      'Clients speak TLS 1.2 or newer to the sidecars, which decrypt. Absent: what clients send is taken as it is. It reaches each instance when it is replaced: until then the instance serves the listener as before, or not at all when it is new.',
    ),
    targetTLS: TargetTLS.optional().describe(
      'The sidecars speak TLS to the gateways, and check who they are. `{}` checks by the CAs of the sidecar and the address of the instance. Absent: without TLS. New Secrets reach each instance when it is replaced.',
    ),
    acceptProxyFrom: z
      .array(withRules(z.string().max(64), networkRange))
      .max(64)
      .refine(...uniqueValues)
      .meta({ 'x-kubernetes-list-type': 'set' })
      .default([])
      .describe(
        'Addresses of the load balancers that begin each connection with a PROXY protocol version 2 header, which tells who the client is. From these the header is required and believed; from anybody else it is not understood. Example: `[192.0.2.0/24]`.',
      ),
    allowConnect: z
      .boolean()
      .default(false)
      .describe(
        'true: a CONNECT request becomes a tunnel to the instance that is next, which decides what it leads to. false: CONNECT is refused. With protocol HTTP only.',
      ),
    maxConnections: z
      .int32()
      .min(1)
      .max(100_000)
      .optional()
      .describe(
        'Client connections that one sidecar holds at once on this listener; more are refused. Absent: only `balancer.limits.maxConnections`, over all listeners, limits them.',
      ),
  }),
  {
    cel: "!self.allowConnect || self.protocol == 'HTTP'",
    message: 'CONNECT is a request of HTTP: set protocol HTTP, or remove allowConnect',
    at: '.allowConnect',
    reason: 'FieldValueForbidden',
    holds: ({ allowConnect, protocol }) => !allowConnect || protocol === 'HTTP',
  },
);
export type Listener = z.infer<typeof Listener>;
