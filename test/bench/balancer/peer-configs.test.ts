import { describe, expect, it } from '@jest/globals';
import type { PeerOptions } from './haproxy-config.ts';
import { haproxyConfig } from './haproxy-config.ts';
import { nginxConfig } from './nginx-config.ts';

const options: PeerOptions = {
  ports: { http: 80, https: 443, echo: 7, sink: 9 },
  backends: [
    { http: 9000, echo: 9001, sink: 9002 },
    { http: 9010, echo: 9011, sink: 9012 },
  ],
  resilient: false,
};

describe.each([
  { name: 'HAProxy', config: haproxyConfig, backend: /server s?\d* ?127\.0\.0\.1:(\d+)/g },
  { name: 'nginx', config: nginxConfig, backend: /server 127\.0\.0\.1:(\d+)/g },
])('the configuration of $name', ({ config, backend }) => {
  it('leads each port to the backends’ ports of the same kind', () => {
    const ports = [...config(options).matchAll(backend)].map(([, port]) => Number(port));

    expect(ports).toEqual([9000, 9010, 9001, 9011, 9002, 9012]);
  });

  it('speaks TLS where it has a certificate, and only there', () => {
    const certificate = { certificateFile: '/tls.crt', keyFile: '/tls.key', bothFile: '/both.pem' };

    expect(config({ ...options, certificate })).toMatch(/127\.0\.0\.1:443 ssl (crt \/both\.pem|.*\n.*\/tls\.crt)/);
    expect(config(options)).not.toMatch(/ssl|443/);
  });

  it('gives a backend up sooner where faults are measured', () => {
    expect(config({ ...options, resilient: true })).toMatch(/(server|proxy_read_timeout) 5s/);
    expect(config(options)).not.toMatch(/(server|proxy_read_timeout) 5s/);
  });
});

describe('the configuration of HAProxy', () => {
  it('repeats requests only where faults are measured: it costs speed', () => {
    expect(haproxyConfig({ ...options, resilient: true })).toContain('retry-on conn-failure empty-response');
    expect(haproxyConfig(options)).not.toContain('retry-on');
  });
});
