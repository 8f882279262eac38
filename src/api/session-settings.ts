import { z } from 'zod';
import { hostAddress, httpPath, jsonField, networkRange, unreservedPort } from './formats.ts';
import type { Rule } from './rule.ts';
import { withRules } from './rule.ts';

/** Where a gateway tells its number of sessions. */
const SessionEndpoint = z.object({
  path: withRules(z.string().max(1024), httpPath)
    .default('/sessions')
    .describe('Path that the sidecar asks the gateway of its own pod for, with GET.'),
  port: withRules(z.int32().min(1).max(65_535), unreservedPort).describe(
    'Port of the gateway that answers. Example: `8080`.',
  ),
  field: withRules(z.string().max(253), jsonField)
    .default('sessions')
    .describe(
      'Where the number is in the JSON object of the answer; dots lead into objects. Example: `sessions.active`.',
    ),
});

/** Connections of an outbound-only gateway that are no session: those to its vendor's router. */
export const IgnoredPeer = withRules(
  z.object({
    cidr: withRules(z.string().max(64), networkRange)
      .optional()
      .describe('Addresses at the other end. Example: `192.0.2.0/24`.'),
    host: withRules(z.string().max(253), hostAddress)
      .optional()
      .describe(
        'Name at the other end, looked up by the sidecar again and again; or an address. Example: `router.example`.',
      ),
    port: z.int32().min(1).max(65_535).describe('Port at the other end. Example: `443`.'),
  }),
  {
    cel: 'has(self.cidr) != has(self.host)',
    message: 'set exactly one of cidr (a range of addresses) and host (a DNS name or an address)',
    holds: ({ cidr, host }) => (cidr === undefined) !== (host === undefined),
  },
);
export type IgnoredPeer = z.infer<typeof IgnoredPeer>;

interface Counted {
  source: 'Connections' | 'HTTP';
  http?: unknown;
}

const endpointRules: readonly Rule<Counted>[] = [
  {
    cel: "self.source != 'HTTP' || has(self.http)",
    message: 'source HTTP does not know where the gateway tells its sessions: set http.port, or choose Connections',
    at: '.http',
    reason: 'FieldValueRequired',
    holds: ({ source, http }) => source !== 'HTTP' || http !== undefined,
  },
  {
    cel: "self.source == 'HTTP' || !has(self.http)",
    message: 'the gateway is asked only with source HTTP: remove http, or set source HTTP',
    at: '.http',
    reason: 'FieldValueForbidden',
    holds: ({ source, http }) => source === 'HTTP' || http === undefined,
  },
];

/** How it is known that people are working in an instance. */
export const SessionSettings = withRules(
  z.object({
    source: z
      .enum(['Connections', 'HTTP'])
      .default('Connections')
      .describe(
        'How sessions are counted. Connections: with listeners, the connections and requests that the sidecars carry; without, the connections of the pod to other machines. HTTP: the gateway tells its own number.',
      ),
    http: SessionEndpoint.optional().describe('Where the gateway tells its number of sessions. With source HTTP only.'),
    ignore: z
      .array(IgnoredPeer)
      .max(32)
      .meta({ 'x-kubernetes-list-type': 'atomic' })
      .default([])
      .describe(
        'Connections that are no sessions, although the gateway keeps them open: those to its router, by address and port. Only for pools without listeners and source Connections. Profile Keeper knows those of keeper/gateway already.',
      ),
  }),
  ...endpointRules,
);
export type SessionSettings = z.infer<typeof SessionSettings>;
