import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { BalancerConfig } from '../../../src/balancer/config/schema.ts';
import {
  balancerConfigMap,
  knownListenerPorts,
  listenerPorts,
} from '../../../src/operator/render/balancer-config-map.ts';
import { keeperRouters } from '../../../src/operator/render/keeper-router.ts';
import { renderedPool } from './rendered-pool.ts';

const ssh = { name: 'ssh', port: 22, targetPort: 2222, protocol: 'TCP' as const };
const web = { name: 'web', port: 80, targetPort: 8080, protocol: 'HTTP' as const };

/** What a listener has that says nothing else. */
const usual = { acceptProxyFrom: [], allowConnect: false };

function settingsOf(spec: Parameters<typeof renderedPool>[0]): BalancerConfig {
  const pool = renderedPool(spec);
  const { data } = balancerConfigMap(pool, listenerPorts(pool.spec, {}));
  return BalancerConfig.parse(parse(data['balancer.yaml'] ?? ''));
}

describe('balancerConfigMap', () => {
  it('is a configuration that the sidecar accepts, with the values of the pool', () => {
    const settings = settingsOf({
      listeners: [ssh, { ...web, distribution: 'PreferLocal' }],
      balancer: { limits: { idleSeconds: 90 }, slowStartSeconds: 3, proxyProtocol: 'V2', retries: { attempts: 0 } },
    });

    expect(settings.listeners).toEqual([
      { ...usual, name: 'ssh', protocol: 'TCP', distribution: 'RoundRobin', port: 15100, targetPort: 2222 },
      { ...usual, name: 'web', protocol: 'HTTP', distribution: 'PreferLocal', port: 15101, targetPort: 8080 },
    ]);
    expect(settings.limits.idleMilliseconds).toBe(90_000);
    expect(settings.slowStartSeconds).toBe(3);
    expect(settings.proxyProtocol).toBe('V2');
    expect(settings.retries.attempts).toBe(1);
  });

  it('passes on limits, the access log and what gateways are told', () => {
    const settings = settingsOf({
      listeners: [web],
      balancer: {
        limits: {
          maxSessionsPerInstance: 8,
          queueLength: 0,
          queueSeconds: 3,
          headFields: 50,
          minimumBodyBytesPerSecond: 0,
        },
        accessLog: { samplePercent: 25 },
        forwardedHeader: 'Both',
      },
    });

    expect(settings).toMatchObject({
      limits: {
        maxSessionsPerInstance: 8,
        queueLength: 0,
        queueMilliseconds: 3000,
        headFields: 50,
        minimumBodyBytesPerSecond: 0,
      },
      accessLog: { samplePercent: 25 },
      forwardedHeader: 'Both',
    });
  });

  it('passes on what a listener takes from whom', () => {
    const { listeners } = settingsOf({
      listeners: [{ ...web, acceptProxyFrom: ['192.0.2.0/24'], allowConnect: true, maxConnections: 7 }],
    });

    expect(listeners).toMatchObject([{ acceptProxyFrom: ['192.0.2.0/24'], allowConnect: true, maxConnections: 7 }]);
  });

  it.each([
    {
      name: 'asks gateways for a health path when the user named one',
      balancer: { healthCheck: { http: { path: '/up' } } },
      mode: 'Active',
    },
    { name: 'asks nothing of gateways whose user named none', balancer: {}, mode: 'Passive' },
  ])('$name', ({ balancer, mode }) => {
    expect(settingsOf({ listeners: [web], balancer }).healthCheck.mode).toBe(mode);
  });

  it.each([
    {
      name: 'names external instances that have an address as backends of a listening pool',
      spec: {
        listeners: [ssh],
        externalInstances: [{ name: 'dc2', platform: 'Linux' as const, address: '192.0.2.10' }],
      },
      backends: [{ name: 'dc2', address: '192.0.2.10', ports: { ssh: 2222 } }],
    },
    {
      name: 'leaves external instances without an address out',
      spec: { listeners: [ssh], externalInstances: [{ name: 'dc2', platform: 'Linux' as const }] },
      backends: [],
    },
    {
      name: 'has no backends in a pool that only dials out',
      spec: { externalInstances: [{ name: 'dc2', platform: 'Linux' as const, address: '192.0.2.10' }] },
      backends: [],
    },
  ])('$name', ({ spec, backends }) => {
    expect(settingsOf(spec).backends).toEqual(backends);
  });

  const router = { host: 'router.example', port: 443 };
  it.each([
    {
      name: 'by the sidecars, which carry them',
      spec: { listeners: [ssh] },
      sessions: { source: 'Balancer', ignore: [] },
    },
    {
      name: 'by the kernel in a pool that only dials out, less the connections that are none',
      spec: { sessions: { ignore: [router] } },
      sessions: { source: 'Kernel', ignore: [router] },
    },
    {
      name: "by the kernel with profile Keeper, less those to the vendor's routers and the user's own",
      spec: { profile: 'Keeper' as const, sessions: { ignore: [router] } },
      sessions: { source: 'Kernel', ignore: [...keeperRouters, router] },
    },
    {
      name: 'by the gateway itself when the user says so, with listeners too',
      spec: { listeners: [ssh], sessions: { source: 'HTTP' as const, http: { port: 8080, field: 'open' } } },
      sessions: { source: 'HTTP', http: { path: '/sessions', port: 8080, field: 'open' }, ignore: [] },
    },
  ])('has sessions counted $name', ({ spec, sessions }) => {
    expect(settingsOf(spec).sessions).toEqual(sessions);
  });

  it('remembers the ports of listeners over a change of the spec', () => {
    const before = balancerConfigMap(renderedPool(), listenerPorts(renderedPool({ listeners: [ssh, web] }).spec, {}));

    const known = knownListenerPorts(before.data);

    expect(listenerPorts(renderedPool({ listeners: [web] }).spec, known)['web']).toBe(15101);
  });

  it.each([
    { name: 'nothing', data: undefined },
    { name: 'no memory', data: {} },
    { name: 'text that is no JSON', data: { 'listener-ports.json': '{' } },
    { name: 'JSON of another shape', data: { 'listener-ports.json': '"ssh"' } },
    { name: 'a port that is no number', data: { 'listener-ports.json': '{"ssh":"15100"}' } },
    { name: 'a port that is not for listeners', data: { 'listener-ports.json': '{"ssh":15090,"web":99999}' } },
  ])('starts anew from $name', ({ data }) => {
    expect(knownListenerPorts(data)).toEqual({});
  });
});
