import { z } from 'zod';
import { BalancerSettings } from './balancer-settings.ts';
import { DrainSettings } from './drain-settings.ts';
import {
  absoluteFile,
  dnsLabel,
  dnsSubdomain,
  environmentName,
  hostAddress,
  imageReference,
  secretKey,
} from './formats.ts';
import { Listener } from './listener.ts';
import { PodTemplate } from './pod-template.ts';
import { RolloutSettings } from './rollout-settings.ts';
import { withRules } from './rule.ts';
import { SessionSettings } from './session-settings.ts';
import { specRules, uniqueByName } from './spec-rules.ts';

/** How the shared configuration reaches the gateway process: exactly one of the two. */
export const ConfigDelivery = withRules(
  z.object({
    env: withRules(z.string().max(256), environmentName)
      .optional()
      .describe('Name of the environment variable of the gateway that holds the value. Example: `GATEWAY_CONFIG`.'),
    file: withRules(z.string().max(1024), absoluteFile)
      .optional()
      .describe(
        'Absolute path of the file in the gateway container that holds the value. Example: `/etc/gateway/config.json`.',
      ),
  }),
  {
    cel: 'has(self.env) != has(self.file)',
    message: 'set exactly one of env (an environment variable) and file (an absolute path)',
    holds: ({ env, file }) => (env === undefined) !== (file === undefined),
  },
);
export type ConfigDelivery = z.infer<typeof ConfigDelivery>;

export const ConfigSource = z.object({
  secretName: withRules(z.string().max(253), dnsSubdomain).describe(
    'Name of the Secret that holds the configuration, in the namespace of the pool. Label it `pam.gatewaypool.io/config=true` to have changes seen at once instead of within five minutes. Example: `prod-gateway`.',
  ),
  key: withRules(z.string().max(253), secretKey)
    .default('config')
    .describe('Key of the value in the data of the Secret.'),
  as: ConfigDelivery.optional().describe(
    'How the value reaches the gateway process. Profile Keeper: `{env: GATEWAY_CONFIG}` when absent. Profile Custom: required.',
  ),
  format: z
    .enum(['KeeperBase64', 'Opaque'])
    .optional()
    .describe(
      'What the value must be before an instance may start with it. KeeperBase64: base64 of the JSON that `pam gateway new --config-init b64` prints, with all its fields. Opaque: anything that is not empty. Absent: KeeperBase64 for profile Keeper, Opaque for Custom.',
    ),
});
export type ConfigSource = z.infer<typeof ConfigSource>;

export const ServiceSettings = z.object({
  type: z
    .enum(['ClusterIP', 'NodePort', 'LoadBalancer'])
    .default('ClusterIP')
    .describe('Type of the Service that clients connect to.'),
  sessionAffinity: z
    .enum(['None', 'ClientIP'])
    .default('None')
    .describe(
      'ClientIP: Kubernetes sends a client address to the same pod each time; the sidecar there still balances.',
    ),
  annotations: z
    .record(z.string(), z.string().max(4096))
    .meta({ maxProperties: 64 })
    .optional()
    .describe('Annotations of the Service, such as those that a cloud provider reads from a LoadBalancer.'),
});
export type ServiceSettings = z.infer<typeof ServiceSettings>;

export const ExternalInstance = z.object({
  name: withRules(z.string().max(63), dnsLabel).describe(
    'Name of the instance, unique in the pool, not that of a slot. Example: `dc2-win`.',
  ),
  platform: z.enum(['Docker', 'Linux', 'Windows']).describe('Where the instance runs; shown in status and metrics.'),
  address: withRules(z.string().max(253), hostAddress)
    .optional()
    .describe(
      'IP address or DNS name at which the instance serves the target ports of the listeners. With it, the sidecars send it its share of the work. Example: `192.0.2.10`.',
    ),
});
export type ExternalInstance = z.infer<typeof ExternalInstance>;

/** What a user wants. The operator never writes it (guarantee G10). */
export const GatewayPoolSpec = withRules(
  z.object({
    maxInstances: z
      .int32()
      .min(1)
      .max(100)
      .describe(
        'The cap: how many instances of the gateway may run at once, in the cluster and outside. Lowering it below what runs stops nothing: the pool starts no instance until enough have ended. Example: `3`.',
      ),
    replicas: z
      .int32()
      .min(0)
      .max(100_000)
      .optional()
      .describe(
        'How many instances to run in the cluster. Absent: as many as the cap allows. More than the cap allows is accepted, and means the same; so an autoscaler may set it. Lowering it asks for instances to stop, those without sessions first: they are drained, which means that they get no new sessions, and each stops when its last session is over. Raising it again takes the drains back.',
      ),
    paused: z
      .boolean()
      .default(false)
      .describe(
        'true: the operator observes and reports, and changes nothing. Drains that it had ordered are taken back.',
      ),
    image: withRules(z.string().max(1024), imageReference).describe(
      'Image of the gateway. Example: `registry.example/gateway:1.8.4`.',
    ),
    profile: z
      .enum(['Keeper', 'Custom'])
      .default('Custom')
      .describe(
        'Keeper: the defaults that keeper/gateway needs (configuration, probes, shared memory, capabilities). Custom: none.',
      ),
    config: ConfigSource.describe(
      'The configuration (the identity) that all instances share. It is checked before an instance starts with it.',
    ),
    template: PodTemplate.optional().describe(
      'Overlay on the pod template, merged like `kubectl patch --type strategic`: containers, env and volumes by name, `$patch: delete` removes.',
    ),
    listeners: z
      .array(Listener)
      .max(16)
      .refine(...uniqueByName)
      .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] })
      .default([])
      .describe(
        'What clients connect to. Empty: the gateway only dials out, the pool has no Service and balances nothing.',
      ),
    service: ServiceSettings.prefault({}).describe('The Service in front of the listeners.'),
    balancer: BalancerSettings.prefault({}).describe(
      'How the sidecars balance. Changes are taken up in place, without a restart.',
    ),
    drain: DrainSettings.prefault({}).describe('How an instance ends.'),
    rollout: RolloutSettings.prefault({}).describe('How changes reach running instances.'),
    // Note: the API server checks the rules on this default before the defaults below it are filled in.
    sessions: SessionSettings.prefault({ source: 'Connections' }).describe(
      'How it is known that an instance has sessions.',
    ),
    externalInstances: z
      .array(ExternalInstance)
      .max(100)
      .refine(...uniqueByName)
      .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] })
      .default([])
      .describe(
        'Instances outside the cluster that run with the same configuration. Each takes one seat under the cap, whether it runs or not.',
      ),
  }),
  ...specRules,
);
export type GatewayPoolSpec = z.infer<typeof GatewayPoolSpec>;
