import { describe, expect, it } from '@jest/globals';
import { balancerConfigMap, listenerPorts } from '../../../src/operator/render/balancer-config-map.ts';
import { clientService } from '../../../src/operator/render/client-service.ts';
import { configSecret } from '../../../src/operator/render/config-secret.ts';
import { disruptionBudget } from '../../../src/operator/render/disruption-budget.ts';
import { gatewayRole, gatewayRoleBinding } from '../../../src/operator/render/gateway-role.ts';
import { instancesService } from '../../../src/operator/render/instances-service.ts';
import { networkPolicy } from '../../../src/operator/render/network-policy.ts';
import { serviceAccount } from '../../../src/operator/render/service-account.ts';
import { slotDeployment } from '../../../src/operator/render/slot-deployment.ts';
import { asYaml, golden } from './golden-file.ts';
import { renderedPool } from './rendered-pool.ts';

const inputs = {
  configSecretName: 'prod-config-0123456789',
  balancerImage: 'registry.example/gatewaypool:0.1.0',
  revision: 'abcdef012345',
};

const listening = renderedPool({
  listeners: [
    { name: 'ssh', port: 22, targetPort: 2222, protocol: 'TCP', distribution: 'PreferLocal' },
    { name: 'http', port: 80, targetPort: 8080, protocol: 'HTTP' },
  ],
  service: { type: 'LoadBalancer', sessionAffinity: 'ClientIP', annotations: { 'example.com/internal': 'true' } },
  balancer: { healthCheck: { http: { path: '/healthz' } }, limits: { idleSeconds: 600 }, proxyProtocol: 'V2' },
  externalInstances: [
    { name: 'dc2-win', platform: 'Windows', address: '192.0.2.10' },
    { name: 'dc3-docker', platform: 'Docker' },
  ],
});

const keeper = renderedPool({
  profile: 'Keeper',
  image: 'keeper/gateway:1.8.4',
  template: { spec: { containers: [{ name: 'gateway', env: [{ name: 'ACCEPT_EULA', value: 'Y' }] }] } },
});

describe('rendered objects', () => {
  it('the slot of a listening pool', () => {
    const rendered = asYaml(slotDeployment(listening, 'prod-0', inputs));

    expect(rendered).toBe(golden('slot-listening', rendered));
  });

  it('the slot of a pool with profile Keeper', () => {
    const rendered = asYaml(slotDeployment(keeper, 'prod-1', inputs));

    expect(rendered).toBe(golden('slot-keeper', rendered));
  });

  it('the slot of a pool whose configuration is a file, with a template', () => {
    const pool = renderedPool({
      config: { secretName: 'prod-gateway', as: { file: '/etc/gateway/config.json' } },
      drain: { deadlineSeconds: 120 },
      template: {
        metadata: { labels: { team: 'red' }, annotations: { 'example.com/scrape': 'true' } },
        spec: {
          nodeSelector: { zone: 'a' },
          tolerations: [{ key: 'gateways', operator: 'Exists' }],
          initContainers: [{ name: 'wait-for-dns', image: 'registry.example/wait:1' }],
          containers: [
            { name: 'gateway', resources: { requests: { memory: '512Mi' } }, securityContext: { runAsUser: 1000 } },
          ],
        },
      },
    });

    const rendered = asYaml(slotDeployment(pool, 'prod-0', inputs));

    expect(rendered).toBe(golden('slot-file-and-template', rendered));
  });

  it('what a listening pool has besides its slots', () => {
    const ports = listenerPorts(listening.spec, {});

    const rendered = asYaml(
      serviceAccount(listening),
      gatewayRole(listening),
      gatewayRoleBinding(listening),
      instancesService(listening),
      clientService(listening, ports),
      balancerConfigMap(listening, ports),
      networkPolicy(listening, ports, 'gatewaypool-system'),
      disruptionBudget(listening, 2),
    );

    expect(rendered).toBe(golden('children-listening', rendered));
  });

  it('what TLS adds: files for the sidecar, and where it finds them', () => {
    const pool = renderedPool({
      listeners: [
        {
          name: 'https',
          port: 443,
          targetPort: 8443,
          protocol: 'HTTP',
          tls: { secretName: 'prod-tls', clientCASecretName: 'prod-clients' },
          targetTLS: { caSecretName: 'prod-gateway-ca', serverName: 'gateway.prod.internal' },
        },
        { name: 'ssh', port: 22, targetPort: 2222, protocol: 'TCP', acceptProxyFrom: ['192.0.2.0/24'] },
      ],
      balancer: { limits: { maxSessionsPerInstance: 20 }, forwardedHeader: 'Both' },
    });
    const ports = listenerPorts(pool.spec, {});

    const rendered = asYaml(
      slotDeployment(pool, 'prod-0', inputs),
      clientService(pool, ports),
      balancerConfigMap(pool, ports),
    );

    expect(rendered).toBe(golden('tls', rendered));
  });

  it('what is different in a pool that only dials out', () => {
    const ports = listenerPorts(keeper.spec, {});

    const rendered = asYaml(
      balancerConfigMap(keeper, ports),
      networkPolicy(keeper, ports, 'gatewaypool-system'),
      configSecret(keeper, Buffer.from('{"hostname":"example.com"}')),
    );

    expect(rendered).toBe(golden('children-outbound', rendered));
  });
});
