import { z } from 'zod';
import { BalancerLimits } from './balancer-limits.ts';
import { httpPath } from './formats.ts';
import { withRules } from './rule.ts';

/** How sidecars find out that a backend does not work, on top of Kubernetes' own readiness. */
export const HealthCheck = z.object({
  http: z
    .object({
      path: withRules(z.string().max(1024), httpPath)
        .default('/healthz')
        .describe(
          'Path that each sidecar asks for with GET on every backend of every HTTP listener. Any status below 500 is healthy. Example: `/healthz`.',
        ),
    })
    .optional()
    .describe(
      'Turns active HTTP checks on; a pod is Ready only while its own gateway passes. Absent: backends are judged by Kubernetes readiness and by how real connections to them end. Needs a listener of protocol HTTP; TCP listeners are never checked actively, because servers such as OpenSSH take bare connections for an attack.',
    ),
  intervalMilliseconds: z
    .int32()
    .min(100)
    .max(60_000)
    .default(500)
    .describe('Time between two active checks of one backend by one sidecar, in milliseconds. Used with `http`.'),
  timeoutMilliseconds: z
    .int32()
    .min(50)
    .max(60_000)
    .default(1000)
    .describe('Time after which an active check without an answer has failed, in milliseconds. Used with `http`.'),
  unhealthyThreshold: z
    .int32()
    .min(1)
    .max(20)
    .default(2)
    .describe('Failed checks in a row that take a backend out of the rotation. Used with `http`.'),
  healthyThreshold: z
    .int32()
    .min(1)
    .max(20)
    .default(2)
    .describe('Passed checks in a row that put a backend back into the rotation. Used with `http`.'),
});
export type HealthCheck = z.infer<typeof HealthCheck>;

const Retries = z.object({
  attempts: z
    .int32()
    .min(0)
    .max(5)
    .default(2)
    .describe(
      'How many other backends an HTTP request may be tried on, after the first. A request is retried when no byte of it was written, or when its method is idempotent and no byte of the response came; a POST only with an Idempotency-Key. 0 turns retries off.',
    ),
  budgetPercent: z
    .int32()
    .min(0)
    .max(100)
    .default(20)
    .describe(
      'How many of the requests of the last 10 s one sidecar may send a second time, in percent, so that retries cannot double an overload.',
    ),
});

const AccessLog = z.object({
  samplePercent: z
    .int32()
    .min(0)
    .max(100)
    .default(0)
    .describe(
      'How many of the HTTP requests and TCP connections get a line of JSON in the log of the sidecar when they are over, in percent and by chance. 0: none, 100: each. It has the address of the client and the path without its query, which may hold secrets.',
    ),
});

/** Settings of the sidecars. They are reloaded in place: changing them restarts nothing. */
export const BalancerSettings = z.object({
  healthCheck: HealthCheck.prefault({}).describe('How sidecars find out that a backend does not work.'),
  retries: Retries.prefault({}).describe('When an HTTP request is tried again on another backend.'),
  limits: BalancerLimits.prefault({}).describe(
    'Limits of each sidecar; a pool of three instances allows three times as much.',
  ),
  slowStartSeconds: z
    .int32()
    .min(0)
    .max(3600)
    .default(10)
    .describe(
      'Time over which a backend that becomes ready is brought up to its full share of new work, in seconds. 0 turns it off.',
    ),
  proxyProtocol: z
    .enum(['None', 'V2'])
    .default('None')
    .describe(
      'V2: connections of TCP listeners start with a PROXY protocol version 2 header, which tells the gateway the address of the client. Only for gateways that expect it.',
    ),
  forwardedHeader: z
    .enum(['XForwarded', 'Both'])
    .default('XForwarded')
    .describe(
      'How HTTP gateways are told who the client is. XForwarded: by X-Forwarded-For and X-Forwarded-Proto. Both: by the Forwarded field of RFC 7239 as well.',
    ),
  accessLog: AccessLog.prefault({}).describe('What the sidecars write down of the work that they carried.'),
  threads: z
    .int32()
    .min(1)
    .max(16)
    .default(1)
    .describe(
      'Threads of each sidecar that carry connections. One is enough for tens of thousands of small requests per second; more help only where the nodes have as many cores to spare, as each may use a whole one, and the second takes 32 MiB of memory, each further one 18, which the pods request. Unlike the other settings, a change counts for pods that start after it.',
    ),
});
export type BalancerSettings = z.infer<typeof BalancerSettings>;
