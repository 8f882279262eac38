import * as z from 'zod';
import { jsonField, networkRange } from '../../api/formats.ts';

const port = z.number().int().min(1).max(65_535);

const milliseconds = (fallback: number) => z.number().int().min(1).max(86_400_000).default(fallback);

/** Names are DNS labels: they become Service port names and metric labels. */
const name = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'must be a DNS label: lower-case letters, digits and -');

const host = z.string().min(1).max(253);

const path = z
  .string()
  .max(1024)
  .regex(/^\/[\x21-\x7e]*$/, 'must start with / and hold no spaces');

const file = z.string().max(1024).regex(/^\//, 'must be an absolute path');

const pair = (value: { certificateFile?: unknown; keyFile?: unknown }): boolean =>
  (value.certificateFile === undefined) === (value.keyFile === undefined);

/** TLS 1.2 or newer towards clients. PEM files, read again when they change. */
export const ListenerTls = z.strictObject({
  certificateFile: file,
  keyFile: file,
  /** A client must show a certificate that one of these CAs has issued. */
  clientCaFile: file.optional(),
});
export type ListenerTls = z.infer<typeof ListenerTls>;

/** TLS towards the backends, always verified. PEM files, read again when they change. */
export const TargetTls = z
  .strictObject({
    /** Absent = the system's CAs. */
    caFile: file.optional(),
    /** For SNI and for the check; absent = the backend's address. */
    serverName: host.optional(),
    /** For backends that ask for one. */
    certificateFile: file.optional(),
    keyFile: file.optional(),
  })
  .refine(pair, 'needs certificateFile and keyFile, or none of the two');
export type TargetTls = z.infer<typeof TargetTls>;

export const Listener = z.strictObject({
  name,
  /** TCP: one backend per connection. HTTP: one backend per request. */
  protocol: z.enum(['TCP', 'HTTP']),
  /** PreferLocal: the instance beside this balancer as long as it can take work, else round-robin. */
  distribution: z.enum(['RoundRobin', 'PreferLocal']).default('RoundRobin'),
  /** Absent = 127.0.0.1 in static mode, all addresses in Kubernetes mode. */
  address: host.optional(),
  port,
  /** The backends' port, unless a backend names its own. */
  targetPort: port.optional(),
  tls: ListenerTls.optional(),
  targetTls: TargetTls.optional(),
  /** Ranges of addresses whose connections begin with a PROXY v2 header, which is believed; from nobody else it is understood. */
  acceptProxyFrom: z.array(z.string().refine(networkRange.holds, networkRange.message)).max(64).default([]),
  /** HTTP only: CONNECT becomes a tunnel to the backend that is next. */
  allowConnect: z.boolean().default(false),
  /** Client connections of this listener; more are closed at once. Absent = `limits.maxConnections` alone. */
  maxConnections: z.number().int().min(1).max(1_000_000).optional(),
});
export type Listener = z.infer<typeof Listener>;

export const StaticBackend = z.strictObject({
  name,
  address: host,
  port: port.optional(),
  /** By listener name; goes before `port`. */
  ports: z.record(name, port).optional(),
});
export type StaticBackend = z.infer<typeof StaticBackend>;

export const HealthCheck = z.strictObject({
  /** Passive: only what real traffic shows. Active: HTTP listeners are asked as well. TCP listeners are never asked. */
  mode: z.enum(['Active', 'Passive']).default('Active'),
  /** An answer below 500 in time is a pass. */
  http: z
    .strictObject({
      path: path.default('/'),
    })
    .prefault({}),
  intervalMilliseconds: milliseconds(500),
  timeoutMilliseconds: milliseconds(1000),
  unhealthyThreshold: z.number().int().min(1).max(100).default(2),
  healthyThreshold: z.number().int().min(1).max(100).default(2),
});
export type HealthCheck = z.infer<typeof HealthCheck>;

export const Retries = z.strictObject({
  /** Backends that may see one request. Failed connects do not count: no byte was written. */
  attempts: z.number().int().min(1).max(10).default(2),
  /** Of the requests of the last 10 s, this many per cent may be sent a second time … */
  budgetPercent: z.number().int().min(0).max(100).default(20),
  /** … and always at least this many. */
  budgetMinimum: z.number().int().min(0).max(1000).default(3),
});
export type Retries = z.infer<typeof Retries>;

export const Limits = z.strictObject({
  /** Client connections over all listeners; more are closed at once. */
  maxConnections: z.number().int().min(1).max(1_000_000).default(10_000),
  /** For a whole request head. */
  headMilliseconds: milliseconds(10_000),
  /** Without a byte in either direction. There is no total time-out. */
  idleMilliseconds: milliseconds(3_600_000),
  /** For one connect to one backend. */
  connectMilliseconds: milliseconds(2000),
  /** Of a request or response head. */
  headBytes: z.number().int().min(1024).max(1_048_576).default(16_384),
  /** Field lines of one head; a request with more is answered 431. */
  headFields: z.number().int().min(1).max(1000).default(100),
  /** What runs through this balancer, per backend; absent = no limit, and nobody waits. */
  maxSessionsPerInstance: z.number().int().min(1).max(1_000_000).optional(),
  /** Requests and connections that wait for a backend with room; beyond it 503 with Retry-After, or a reset, at once. */
  queueLength: z.number().int().min(0).max(100_000).default(1000),
  /** How long one of them waits; then the same. */
  queueMilliseconds: milliseconds(10_000),
  /** Of a request body, while it is read, after a grace of 10 s; slower is 408. 0 = no limit. */
  minimumBodyBytesPerSecond: z.number().int().min(0).max(1_000_000_000).default(100),
});
export type Limits = z.infer<typeof Limits>;

/**
 * Where every balancer serves its probes, session counts and metrics, unless it was told otherwise. In a pod, the operator and the peers
 * ask there.
 */
export const adminPort = 15_090;

/** One line of JSON on standard output for each HTTP request and TCP connection that is over, or for a share of them. */
export const AccessLog = z.strictObject({
  /** 0 = off, 100 = each. */
  samplePercent: z.number().int().min(0).max(100).default(0),
});
export type AccessLog = z.infer<typeof AccessLog>;

export const Admin = z.strictObject({ address: host.default('127.0.0.1'), port: port.default(adminPort) });
export type Admin = z.infer<typeof Admin>;

/** Connections that are no sessions, although the gateway keeps them open: those to its vendor's router. */
export const IgnoredPeer = z.strictObject({
  /** Addresses at the other end; this or `host`. */
  cidr: z.string().refine(networkRange.holds, networkRange.message).optional(),
  /** A name, looked up again and again, or an address. A name that ends in a dot is looked up as it stands, without search domains. */
  host: host.optional(),
  /** At the other end; of a connection that came in, and of a socket for everybody: the gateway's own. */
  port,
});
export type IgnoredPeer = z.infer<typeof IgnoredPeer>;

/** How the sessions of the gateway beside this balancer are counted. Static mode counts what runs through it, whatever this says. */
export const Sessions = z.strictObject({
  /** Balancer: what runs through it. Kernel: the connections of the pod. HTTP: what the gateway says. */
  source: z.enum(['Balancer', 'Kernel', 'HTTP']).default('Balancer'),
  /** Where the gateway says its number; with source HTTP, and only then. */
  http: z
    .strictObject({
      path: path.default('/sessions'),
      port,
      /** In the JSON object of the answer; dots lead into objects. */
      field: z.string().max(253).refine(jsonField.holds, jsonField.message).default('sessions'),
    })
    .optional(),
  /** With source Kernel. */
  ignore: z.array(IgnoredPeer).max(64).default([]),
});
export type Sessions = z.infer<typeof Sessions>;

/** The key of a pool's ConfigMap `<pool>-balancer` that holds the balancer's settings. */
export const settingsKey = 'balancer.yaml';

/** Everything a balancer can be told: the static file, and that key of a pool's ConfigMap. */
export const BalancerConfig = z.strictObject({
  listeners: z.array(Listener).max(64).default([]),
  backends: z.array(StaticBackend).max(200).default([]),
  admin: Admin.optional(),
  healthCheck: HealthCheck.prefault({}),
  retries: Retries.prefault({}),
  limits: Limits.prefault({}),
  /** A backend that comes back grows to its full share over this time. 0 = at once. */
  slowStartSeconds: z.number().int().min(0).max(3600).default(10),
  /** What a TCP backend is told about the client: https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt */
  proxyProtocol: z.enum(['None', 'V2']).default('None'),
  /** What an HTTP backend is told about the client. Both: the field Forwarded of RFC 7239 as well as X-Forwarded-For and -Proto. */
  forwardedHeader: z.enum(['XForwarded', 'Both']).default('XForwarded'),
  accessLog: AccessLog.prefault({}),
  /** That carry connections, each on a core of its own if it gets one. A change counts from the next start. */
  threads: z.number().int().min(1).max(16).default(1),
  sessions: Sessions.prefault({}),
});
export type BalancerConfig = z.infer<typeof BalancerConfig>;
