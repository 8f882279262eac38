import { describe, expect, it } from '@jest/globals';
import { resolveSpec } from '../../src/api/resolve.ts';
import { GatewayPoolSpec } from '../../src/api/spec.ts';

function specOf(changes: { profile?: string; config?: object }): GatewayPoolSpec {
  const config = { secretName: 'prod-gateway', ...changes.config };
  return GatewayPoolSpec.parse({ maxInstances: 3, image: 'a', ...changes, config });
}

describe('resolveSpec', () => {
  it.each([
    {
      name: 'gives Keeper the variable that keeper/gateway reads, and its format',
      spec: specOf({ profile: 'Keeper' }),
      config: { secretName: 'prod-gateway', key: 'config', as: { env: 'GATEWAY_CONFIG' }, format: 'KeeperBase64' },
    },
    {
      name: 'keeps what a Keeper pool says itself',
      spec: specOf({ profile: 'Keeper', config: { key: 'k', as: { file: '/a' }, format: 'Opaque' } }),
      config: { secretName: 'prod-gateway', key: 'k', as: { file: '/a' }, format: 'Opaque' },
    },
    {
      name: 'takes the value of a Custom pool for opaque',
      spec: specOf({ config: { as: { env: 'CONFIG' } } }),
      config: { secretName: 'prod-gateway', key: 'config', as: { env: 'CONFIG' }, format: 'Opaque' },
    },
    {
      name: 'checks the value of a Custom pool when told how',
      spec: specOf({ config: { as: { file: '/a' }, format: 'KeeperBase64' } }),
      config: { secretName: 'prod-gateway', key: 'config', as: { file: '/a' }, format: 'KeeperBase64' },
    },
  ])('$name', ({ spec, config }) => {
    expect(resolveSpec(spec).config).toEqual(config);
  });

  it('leaves the rest of the spec as it is', () => {
    const spec = specOf({ profile: 'Keeper' });

    const { config: _, ...rest } = resolveSpec(spec);

    expect({ ...rest, config: spec.config }).toEqual(spec);
  });
});
