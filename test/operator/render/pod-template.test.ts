import { describe, expect, it } from '@jest/globals';
import type { GatewayPoolSpec } from '../../../src/api/spec.ts';
import { podTemplate } from '../../../src/operator/render/pod-template.ts';
import { renderedPool } from './rendered-pool.ts';

const inputs = {
  configSecretName: 'prod-config-0123456789',
  balancerImage: 'registry.example/gatewaypool:0.1.0',
  revision: 'abcdef012345',
};

const podOf = (spec: Parameters<typeof renderedPool>[0]): ReturnType<typeof podTemplate> =>
  podTemplate(renderedPool(spec), 'prod-0', inputs);

/** Past the schema, which refuses some of these templates: what it lets through one day must be harmless too. */
function withTemplate(template: GatewayPoolSpec['template']): ReturnType<typeof podTemplate> {
  const pool = renderedPool();
  return podTemplate({ ...pool, spec: { ...pool.spec, template } }, 'prod-0', inputs);
}

describe('podTemplate keeps, whatever the template says,', () => {
  it('the labels by which the slot finds its pod', () => {
    const pod = withTemplate({ metadata: { labels: { 'pam.gatewaypool.io/slot': 'mine', team: 'red' } } });

    expect(pod.metadata.labels).toMatchObject({ 'pam.gatewaypool.io/slot': 'prod-0', team: 'red' });
  });

  it('the revision', () => {
    const pod = withTemplate({ metadata: { annotations: { 'pam.gatewaypool.io/revision': 'mine' } } });

    expect(pod.metadata.annotations['pam.gatewaypool.io/revision']).toBe('abcdef012345');
  });

  it.each([
    { name: 'deleted', sidecar: { name: 'balancer', $patch: 'delete' } },
    { name: 'changed', sidecar: { name: 'balancer', image: 'evil', env: [{ name: 'POD_UID', value: 'x' }] } },
    { name: 'replaced by an empty list', sidecar: { $patch: 'replace' } },
  ])('the sidecar as the first container: $name', ({ sidecar }) => {
    const untouched = podOf({}).spec.initContainers;

    const pod = withTemplate({ spec: { initContainers: [sidecar, { name: 'wait', image: 'wait:1' }] } });

    expect(pod.spec.initContainers?.[0]).toEqual(untouched?.[0]);
    expect(pod.spec.initContainers?.map((container) => container.name)).toEqual(['balancer', 'wait']);
  });

  it('the volumes of the sidecar', () => {
    const pod = withTemplate({
      spec: {
        volumes: [
          { name: 'gatewaypool-state', $patch: 'delete' },
          { name: 'data', emptyDir: {} },
        ],
      },
    });

    expect(pod.spec.volumes?.map((volume) => volume.name)).toEqual(['gatewaypool-state', 'gatewaypool-token', 'data']);
  });

  it('the host name and the ServiceAccount', () => {
    const pod = withTemplate({
      spec: { hostname: 'other', serviceAccountName: 'admin', automountServiceAccountToken: true },
    });

    expect(pod.spec).toMatchObject({
      hostname: 'prod-0',
      serviceAccountName: 'prod-gateway',
      automountServiceAccountToken: false,
    });
  });

  it('the wait for the sessions before the gateway is stopped, and how long it may take', () => {
    const lifecycle = { preStop: { exec: { command: ['true'] } }, postStart: { exec: { command: ['hello'] } } };

    const pod = withTemplate({
      spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'gateway', lifecycle }] },
    });

    expect(pod.spec.containers[0]?.lifecycle).toEqual({
      preStop: { httpGet: { path: '/drained', port: 15090 } },
      postStart: { exec: { command: ['hello'] } },
    });
    expect(pod.spec.terminationGracePeriodSeconds).toBe(3660);
  });

  it.each([
    { name: 'without a grace of their own', grace: {}, seconds: 30 },
    { name: 'with one', grace: { terminationGracePeriodSeconds: 5 }, seconds: 5 },
  ])('restarts that do not wait for sessions: probes of the gateway $name', ({ grace, seconds }) => {
    const probe = { tcpSocket: { port: 22 }, ...grace };
    const probes = { livenessProbe: probe, startupProbe: probe, readinessProbe: { tcpSocket: { port: 22 } } };

    const pod = withTemplate({
      spec: {
        containers: [
          { name: 'gateway', ...probes },
          { name: 'exporter', image: 'exporter:1', ...probes },
        ],
      },
    });

    const [gateway, exporter] = pod.spec.containers;
    expect(gateway?.livenessProbe?.terminationGracePeriodSeconds).toBe(seconds);
    expect(gateway?.startupProbe?.terminationGracePeriodSeconds).toBe(seconds);
    expect(gateway?.readinessProbe).toEqual({ tcpSocket: { port: 22 } });
    expect(exporter?.livenessProbe).toEqual(probe);
  });

  it('the quick replacement on a lost node, unless the template speaks of that', () => {
    const unreachable = {
      key: 'node.kubernetes.io/unreachable',
      operator: 'Exists',
      effect: 'NoExecute',
      tolerationSeconds: 5,
    };

    const pod = withTemplate({ spec: { tolerations: [{ key: 'gateways', operator: 'Exists' }, unreachable] } });

    expect(pod.spec.tolerations?.map(({ key, tolerationSeconds }) => [key, tolerationSeconds])).toEqual([
      ['gateways', undefined],
      ['node.kubernetes.io/unreachable', 5],
      ['node.kubernetes.io/not-ready', 30],
    ]);
  });
});

describe('podTemplate', () => {
  it('mounts the token of the API server into the sidecar alone', () => {
    const { spec } = podOf({ config: { secretName: 's', as: { file: '/etc/gateway/config.json' } } });

    const mounting = [...(spec.initContainers ?? []), ...spec.containers]
      .filter((container) => container.volumeMounts?.some((mount) => mount.name === 'gatewaypool-token'))
      .map((container) => container.name);

    expect(mounting).toEqual(['balancer']);
    expect(spec.automountServiceAccountToken).toBe(false);
  });

  it('refers to the copy of the configuration and never to the user own Secret, whose changes would reach a restarting gateway', () => {
    for (const as of [{ env: 'GATEWAY_CONFIG' }, { file: '/etc/gateway/config.json' }]) {
      const text = JSON.stringify(podOf({ config: { secretName: 'the-users-own', as } }));

      expect(text).toContain('prod-config-0123456789');
      expect(text).not.toContain('the-users-own');
    }
  });

  it('leaves the hook of the gateway to the template when told to', () => {
    const lifecycle = { preStop: { exec: { command: ['finish'] } } };
    const template = { spec: { containers: [{ name: 'gateway', lifecycle }] } };

    const [container] = podOf({ drain: { hook: 'Template' }, template }).spec.containers;

    expect(container?.lifecycle).toEqual(lifecycle);
  });

  it('tells the sidecar the deadline of the drain, and the beginning of the end in an image without a shell', () => {
    const [sidecar] = podOf({ drain: { deadlineSeconds: 600 } }).spec.initContainers ?? [];

    expect(sidecar?.env).toContainEqual({ name: 'DRAIN_DEADLINE_SECONDS', value: '600' });
    expect(sidecar?.lifecycle?.preStop?.exec?.command?.[0]).toBe('node');
  });

  it('waits for the drain deadline and a minute for the shutdown', () => {
    expect(podOf({ drain: { deadlineSeconds: 600 } }).spec.terminationGracePeriodSeconds).toBe(660);
  });

  it('tells the sidecar how many threads it has, and requests memory for them', () => {
    const [one] = podOf({}).spec.initContainers ?? [];
    const [four] = podOf({ balancer: { threads: 4 } }).spec.initContainers ?? [];

    expect(one?.env?.map(({ name }) => name)).not.toContain('BALANCER_THREADS');
    expect(one?.resources).toEqual({ requests: { cpu: '20m', memory: '64Mi' }, limits: { memory: '256Mi' } });
    expect(four?.env).toContainEqual({ name: 'BALANCER_THREADS', value: '4' });
    expect(four?.resources).toEqual({ requests: { cpu: '20m', memory: '132Mi' }, limits: { memory: '324Mi' } });
  });

  it('leaves the health check of an HTTP gateway to the sidecar', () => {
    const pod = podOf({
      listeners: [{ name: 'web', port: 80, targetPort: 8080, protocol: 'HTTP' }],
      balancer: { healthCheck: { http: { path: '/up' } } },
    });

    expect(pod.spec.containers[0]?.readinessProbe).toBeUndefined();
  });

  it('accepts no licence in the name of the user', () => {
    const { containers } = podOf({ profile: 'Keeper' }).spec;

    expect(containers[0]?.env?.map((variable) => variable.name)).not.toContain('ACCEPT_EULA');
  });
});
