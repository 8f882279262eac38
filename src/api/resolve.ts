import type { ConfigSource, GatewayPoolSpec } from './spec.ts';

/** Exactly one of the two ways to hand the configuration to the gateway. */
export type ResolvedDelivery =
  | { readonly env: string; readonly file?: never }
  | { readonly file: string; readonly env?: never };

export interface ResolvedConfig {
  readonly secretName: string;
  readonly key: string;
  readonly as: ResolvedDelivery;
  readonly format: 'KeeperBase64' | 'Opaque';
}

/** A spec in which nothing is left to a profile. */
export type ResolvedSpec = Omit<GatewayPoolSpec, 'config'> & { readonly config: ResolvedConfig };

/** What keeper/gateway reads its configuration from. */
const keeperDelivery: ResolvedDelivery = { env: 'GATEWAY_CONFIG' };

/** Fills in what the profile knows about its product. Expects a spec that {@link parseGatewayPool} has accepted. */
export function resolveSpec(spec: GatewayPoolSpec): ResolvedSpec {
  return { ...spec, config: resolveConfig(spec.config, spec.profile) };
}

function resolveConfig(config: ConfigSource, profile: GatewayPoolSpec['profile']): ResolvedConfig {
  return {
    secretName: config.secretName,
    key: config.key,
    as: deliveryOf(config),
    format: config.format ?? (profile === 'Keeper' ? 'KeeperBase64' : 'Opaque'),
  };
}

function deliveryOf({ as }: ConfigSource): ResolvedDelivery {
  if (as?.file !== undefined) return { file: as.file };
  return as?.env === undefined ? keeperDelivery : { env: as.env };
}
