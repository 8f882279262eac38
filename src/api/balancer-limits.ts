import { z } from 'zod';

/** What one sidecar bears. */
export const BalancerLimits = z.object({
  maxConnections: z
    .int32()
    .min(1)
    .max(100_000)
    .default(10_000)
    .describe('Client connections that one sidecar holds at once, over all listeners. More are refused.'),
  maxSessionsPerInstance: z
    .int32()
    .min(1)
    .max(100_000)
    .optional()
    .describe(
      'Sessions that one sidecar gives to one instance at once: connections of TCP listeners, requests of HTTP listeners. With three sidecars an instance gets three times as many. Who comes when all instances are full waits in the queue. Absent: no limit, and nobody waits.',
    ),
  queueLength: z
    .int32()
    .min(0)
    .max(100_000)
    .default(1000)
    .describe(
      'Requests and connections of one listener that wait in one sidecar for an instance with room. More are refused at once: HTTP with 503 and Retry-After, TCP by a reset. 0: nobody waits. Used with `maxSessionsPerInstance`.',
    ),
  queueSeconds: z
    .int32()
    .min(1)
    .max(3600)
    .default(10)
    .describe(
      'Time that one of them waits at most, in seconds; then it is refused in the same way. Used with `maxSessionsPerInstance`.',
    ),
  connectMilliseconds: z
    .int32()
    .min(100)
    .max(60_000)
    .default(2000)
    .describe('Time for connecting to a backend, in milliseconds; then the next one is tried.'),
  headMilliseconds: z
    .int32()
    .min(1000)
    .max(600_000)
    .default(10_000)
    .describe('Time in which an HTTP client must have sent the whole head of a request, in milliseconds.'),
  headFields: z
    .int32()
    .min(1)
    .max(1000)
    .default(100)
    .describe('Field lines that the head of a request may have; with more it is answered 431.'),
  minimumBodyBytesPerSecond: z
    .int32()
    .min(0)
    .max(1_000_000)
    .default(100)
    .describe(
      'Speed at which an HTTP client must send the body of a request, in bytes per second, after a grace of 10 s. Counted only while the sidecar reads: a gateway that is slow to take the body is not held against the client. A slower one is answered 408. 0 turns it off.',
    ),
  idleSeconds: z
    .int32()
    .min(1)
    .max(604_800)
    .default(3600)
    .describe(
      'Time without a byte in either direction after which a connection is closed, in seconds. There is no limit on the total time of a session.',
    ),
});
export type BalancerLimits = z.infer<typeof BalancerLimits>;
