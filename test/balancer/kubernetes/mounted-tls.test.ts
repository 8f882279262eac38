import { describe, expect, it } from '@jest/globals';
import { parseConfig } from '../../../src/balancer/config/parse-config.ts';
import type { BalancerConfig } from '../../../src/balancer/config/schema.ts';
import { withMountedTls } from '../../../src/balancer/kubernetes/mounted-tls.ts';

const configOf = (...listeners: readonly object[]): BalancerConfig =>
  parseConfig(JSON.stringify({ listeners }), 'test');

const web = { name: 'web', protocol: 'HTTP', port: 15100, targetPort: 8080 };
const ssh = { name: 'ssh', protocol: 'TCP', port: 15101, targetPort: 2222 };
const tls = { certificateFile: '/tls/web/tls.crt', keyFile: '/tls/web/tls.key' };
const mutual = { ...tls, clientCaFile: '/tls/web/client-ca.crt' };
const ownPair = { certificateFile: '/tls/web/target.crt', keyFile: '/tls/web/target.key' };
const targetTls = { caFile: '/tls/web/target-ca.crt' };

const only =
  (...files: readonly string[]) =>
  (path: string) =>
    files.includes(path);
const pair = [tls.certificateFile, tls.keyFile];

describe('settings in a pod that has all files', () => {
  it('are followed as they are', () => {
    const next = configOf({ ...web, tls: mutual, targetTls }, ssh);

    const fitted = withMountedTls(next, configOf(web), () => true);

    expect(fitted).toEqual({ config: next, asBefore: [], closed: [] });
  });

  it('are followed when TLS is taken away', () => {
    const fitted = withMountedTls(configOf(web), configOf({ ...web, tls }), only(...pair));

    expect(fitted.config.listeners[0]?.tls).toBeUndefined();
  });
});

describe('settings in a pod that was made before a listener got its TLS', () => {
  it.each([
    { name: 'TLS', next: { tls }, had: {}, files: [] },
    { name: 'a key', next: { tls }, had: {}, files: [tls.certificateFile] },
    { name: 'a CA of clients', next: { tls: mutual }, had: { tls }, files: pair },
    { name: 'a CA of the gateways', next: { targetTls }, had: {}, files: [] },
    { name: 'a certificate of its own', next: { targetTls: ownPair }, had: {}, files: [ownPair.keyFile] },
    { name: 'the key of it', next: { targetTls: ownPair }, had: {}, files: [ownPair.certificateFile] },
    { name: 'TLS to the gateways', next: { tls, targetTls }, had: { tls }, files: pair },
  ])('leave the listener as it was without $name, and take over all else', ({ next, had, files }) => {
    const before = configOf({ ...web, ...had }, ssh);

    const fitted = withMountedTls(configOf({ ...web, ...next, maxConnections: 5 }, ssh), before, only(...files));

    expect(fitted.config.listeners).toEqual(configOf({ ...web, ...had, maxConnections: 5 }, ssh).listeners);
    expect(fitted).toMatchObject({ asBefore: ['web'], closed: [] });
  });

  it.each([
    { name: 'that is new', before: configOf(ssh) },
    { name: 'after a restart of the sidecar, which knows nothing', before: undefined },
  ])('close a listener $name, and open the others', ({ before }) => {
    const fitted = withMountedTls(configOf({ ...web, tls }, ssh), before, only());

    expect(fitted.config.listeners.map(({ name }) => name)).toEqual(['ssh']);
    expect(fitted).toMatchObject({ asBefore: [], closed: ['web'] });
  });
});
