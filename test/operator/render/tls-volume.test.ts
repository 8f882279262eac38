import { describe, expect, it } from '@jest/globals';
import { BalancerConfig } from '../../../src/balancer/config/schema.ts';
import { balancerSettings } from '../../../src/operator/render/balancer-settings.ts';
import { podTemplate } from '../../../src/operator/render/pod-template.ts';
import { tlsVolumes } from '../../../src/operator/render/tls-volume.ts';
import { renderedPool } from './rendered-pool.ts';

const web = { name: 'web', port: 443, targetPort: 8080, protocol: 'HTTP' as const };
const ssh = { name: 'ssh', port: 22, targetPort: 2222, protocol: 'TCP' as const };
const full = renderedPool({
  listeners: [
    {
      ...web,
      tls: { secretName: 'prod-tls', clientCASecretName: 'prod-tls' },
      targetTLS: { caSecretName: 'ca', serverName: 'gateway.internal', clientSecretName: 'sidecar' },
    },
    { ...ssh, tls: { secretName: 'prod-tls' } },
  ],
});
const inputs = { configSecretName: 'c', balancerImage: 'b', revision: 'r' };

/** Files in the volume of the sidecar. */
function mounted(pool: typeof full): string[] {
  const sources = tlsVolumes(pool).flatMap((volume) => volume.projected?.sources ?? []);
  return sources.flatMap(({ secret }) => (secret?.items ?? []).map(({ path }) => path));
}

describe('the Secrets of listeners', () => {
  it('are a volume of the sidecar alone, with the keys that are used and no more', () => {
    const pod = podTemplate(full, 'prod-0', inputs).spec;

    const mounts = (container: { volumeMounts?: { name: string }[] | undefined }): string[] =>
      (container.volumeMounts ?? []).map(({ name }) => name);
    expect(pod.initContainers?.flatMap(mounts)).toContain('gatewaypool-tls');
    expect(pod.containers.flatMap(mounts)).not.toContain('gatewaypool-tls');
    expect(pod.volumes?.find(({ name }) => name === 'gatewaypool-tls')).toEqual({
      name: 'gatewaypool-tls',
      projected: {
        defaultMode: 0o444,
        sources: [
          {
            secret: {
              name: 'prod-tls',
              items: [
                { key: 'tls.crt', path: 'web/tls.crt' },
                { key: 'tls.key', path: 'web/tls.key' },
                { key: 'ca.crt', path: 'web/client-ca.crt' },
                { key: 'tls.crt', path: 'ssh/tls.crt' },
                { key: 'tls.key', path: 'ssh/tls.key' },
              ],
            },
          },
          { secret: { name: 'ca', items: [{ key: 'ca.crt', path: 'web/target-ca.crt' }] } },
          {
            secret: {
              name: 'sidecar',
              items: [
                { key: 'tls.crt', path: 'web/target.crt' },
                { key: 'tls.key', path: 'web/target.key' },
              ],
            },
          },
        ],
      },
    });
  });

  it('are no volume when no listener names one', () => {
    const pool = renderedPool({ listeners: [{ ...web, targetTLS: { serverName: 'gateway.internal' } }, ssh] });

    expect(podTemplate(pool, 'prod-0', inputs)).toEqual(
      podTemplate(renderedPool({ listeners: [web, ssh] }), 'prod-0', inputs),
    );
  });

  it('are what the settings of the sidecar point at, file by file', () => {
    const settings = BalancerConfig.parse(balancerSettings(full.spec, { web: 15100, ssh: 15101 }));

    const named = settings.listeners.flatMap(({ tls, targetTls }) => [
      ...Object.values(tls ?? {}),
      ...[targetTls?.caFile, targetTls?.certificateFile, targetTls?.keyFile].filter((file) => file !== undefined),
    ]);
    expect(new Set(named)).toEqual(new Set(mounted(full).map((path) => `/etc/gatewaypool/tls/${path}`)));
    expect(named).toHaveLength(8);
    expect(settings.listeners[0]?.targetTls?.serverName).toBe('gateway.internal');
  });

  it('may be others without a change of the settings: sidecars go on with what they have until they are replaced', () => {
    const renamed = renderedPool({ listeners: [{ ...web, tls: { secretName: 'next-tls' } }] });
    const before = renderedPool({ listeners: [{ ...web, tls: { secretName: 'prod-tls' } }] });

    expect(balancerSettings(renamed.spec, {})).toEqual(balancerSettings(before.spec, {}));
  });
});
