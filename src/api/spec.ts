import { z } from 'zod';

/** How the shared configuration reaches the gateway process: exactly one of the two. */
export const ConfigDelivery = z.object({
  env: z.string().min(1).max(256).optional(),
  file: z.string().min(2).max(1024).optional(),
});
export type ConfigDelivery = z.infer<typeof ConfigDelivery>;

export const ConfigSource = z.object({
  secretName: z.string().min(1).max(253),
  key: z.string().min(1).max(253).default('config'),
  as: ConfigDelivery.optional(),
  format: z.enum(['KeeperBase64', 'Opaque']).optional(),
});
export type ConfigSource = z.infer<typeof ConfigSource>;

export const Listener = z.object({
  name: z.string().min(1).max(15),
  port: z.int32().min(1).max(65535),
  targetPort: z.int32().min(1).max(65535),
  protocol: z.enum(['TCP', 'HTTP']),
  distribution: z.enum(['RoundRobin', 'PreferLocal']).default('RoundRobin'),
});
export type Listener = z.infer<typeof Listener>;

export const ServiceSettings = z.object({
  type: z.enum(['ClusterIP', 'NodePort', 'LoadBalancer']).default('ClusterIP'),
  sessionAffinity: z.enum(['None', 'ClientIP']).default('None'),
  annotations: z.record(z.string().max(317), z.string().max(4096)).optional(),
});
export type ServiceSettings = z.infer<typeof ServiceSettings>;

export const HealthCheck = z.object({
  http: z.object({ path: z.string().min(1).max(1024).default('/healthz') }).optional(),
  intervalMilliseconds: z.int32().min(100).max(60_000).default(500),
  timeoutMilliseconds: z.int32().min(50).max(60_000).default(1000),
  unhealthyThreshold: z.int32().min(1).max(20).default(2),
  healthyThreshold: z.int32().min(1).max(20).default(2),
});
export type HealthCheck = z.infer<typeof HealthCheck>;

export const BalancerSettings = z.object({
  healthCheck: HealthCheck.prefault({}),
  retries: z
    .object({
      attempts: z.int32().min(0).max(5).default(2),
      budgetPercent: z.int32().min(0).max(100).default(20),
    })
    .prefault({}),
  limits: z
    .object({
      maxConnections: z.int32().min(1).max(100_000).default(10_000),
      connectMilliseconds: z.int32().min(100).max(60_000).default(2000),
      headMilliseconds: z.int32().min(1000).max(600_000).default(10_000),
      idleSeconds: z.int32().min(1).max(604_800).default(3600),
    })
    .prefault({}),
  slowStartSeconds: z.int32().min(0).max(3600).default(10),
  proxyProtocol: z.enum(['None', 'V2']).default('None'),
});
export type BalancerSettings = z.infer<typeof BalancerSettings>;

export const ExternalInstance = z.object({
  name: z.string().min(1).max(63),
  platform: z.enum(['Docker', 'Linux', 'Windows']),
  address: z.string().min(1).max(253).optional(),
});
export type ExternalInstance = z.infer<typeof ExternalInstance>;

/** What a user wants. The operator never writes it (guarantee G10). */
export const GatewayPoolSpec = z.object({
  maxInstances: z.int32().min(1).max(100),
  replicas: z.int32().min(0).max(100_000).optional(),
  paused: z.boolean().default(false),
  image: z.string().min(1).max(1024),
  profile: z.enum(['Keeper', 'Custom']).default('Custom'),
  config: ConfigSource,
  template: z.looseObject({}).optional(),
  listeners: z.array(Listener).max(16).default([]),
  service: ServiceSettings.prefault({}),
  balancer: BalancerSettings.prefault({}),
  drain: z.object({ deadlineSeconds: z.int32().min(0).max(86_400).default(3600) }).prefault({}),
  rollout: z.object({ policy: z.enum(['OnIdle', 'OnDelete']).default('OnIdle') }).prefault({}),
  externalInstances: z.array(ExternalInstance).max(100).default([]),
});
export type GatewayPoolSpec = z.infer<typeof GatewayPoolSpec>;
