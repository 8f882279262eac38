import { describe, expect, it } from '@jest/globals';
import { revisionOf } from '../../../src/operator/render/revision.ts';
import { renderedPool } from './rendered-pool.ts';

const revision = (spec: Parameters<typeof renderedPool>[0], configHash: string | undefined = 'c0ffee0000'): string =>
  revisionOf(renderedPool(spec).spec, configHash);

const https = { name: 'web', port: 443, targetPort: 8080, protocol: 'HTTP' as const };

describe('revisionOf', () => {
  it.each([
    { name: 'the image', spec: { image: 'registry.example/gateway:1.8.5' } },
    { name: 'the template', spec: { template: { spec: { nodeSelector: { zone: 'a' } } } } },
    { name: 'the profile', spec: { profile: 'Keeper' as const } },
    {
      name: 'how the configuration is delivered',
      spec: { config: { secretName: 'prod-gateway', as: { file: '/etc/c.json' } } },
    },
    { name: 'the Secret of a listener', spec: { listeners: [{ ...https, tls: { secretName: 'next-tls' } }] } },
    { name: 'whom gateways must be issued by', spec: { listeners: [{ ...https, targetTLS: { caSecretName: 'ca' } }] } },
  ])('is another one when the user changes $name', ({ spec }) => {
    expect(revision(spec)).not.toBe(revision({}));
  });

  it('is another one when the configuration has another content', () => {
    expect(revision({}, 'c0ffee0001')).not.toBe(revision({}, 'c0ffee0000'));
  });

  it.each([
    { name: 'the cap', spec: { maxInstances: 5 } },
    { name: 'replicas', spec: { replicas: 1 } },
    { name: 'listeners', spec: { listeners: [{ name: 'ssh', port: 22, targetPort: 2222, protocol: 'TCP' as const }] } },
    { name: 'balancer settings', spec: { balancer: { slowStartSeconds: 0 } } },
    { name: 'threads of the sidecar', spec: { balancer: { threads: 4 } } },
    {
      name: 'the name of a Secret of the same content',
      spec: { config: { secretName: 'other', as: { env: 'GATEWAY_CONFIG' } } },
    },
    { name: 'the drain deadline', spec: { drain: { deadlineSeconds: 1 } } },
    { name: 'the name that gateways must have', spec: { listeners: [{ ...https, targetTLS: { serverName: 'g' } }] } },
  ])('stays when the user changes $name', ({ spec }) => {
    expect(revision(spec)).toBe(revision({}));
  });

  it('is another one for another Secret of a listener, and another use of it', () => {
    const listeners = [
      { ...https, tls: { secretName: 'prod-tls' } },
      { ...https, tls: { secretName: 'next-tls' } },
      { ...https, tls: { secretName: 'prod-tls', clientCASecretName: 'prod-tls' } },
      { ...https, name: 'admin', tls: { secretName: 'prod-tls' } },
    ];

    expect(new Set(listeners.map((listener) => revision({ listeners: [listener] }))).size).toBe(4);
  });

  it('does not depend on the order in which a template is written', () => {
    const one = revision({ template: { spec: { nodeSelector: { a: '1', b: '2' }, priorityClassName: 'high' } } });
    const other = revision({ template: { spec: { priorityClassName: 'high', nodeSelector: { b: '2', a: '1' } } } });

    expect(other).toBe(one);
  });

  it('is another one whenever a restart is asked for, and stays when none ever was', () => {
    const { spec } = renderedPool();
    const revisions = [undefined, '', 'monday', 'tuesday'].map((restart) => revisionOf(spec, 'c0ffee0000', restart));

    expect(new Set(revisions).size).toBe(4);
    expect(revisions[0]).toBe(revision({}));
  });

  it('is stable over versions of the operator: running instances would be called outdated', () => {
    expect(revision({})).toBe('ba2cf3225812');
  });
});
