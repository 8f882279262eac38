import type { BenchCertificate } from './certificate.ts';
import type { ContestantPorts, Ports } from './contestant.ts';

export interface PeerOptions {
  readonly ports: ContestantPorts;
  /** Absent = nobody speaks TLS. */
  readonly certificate?: BenchCertificate | undefined;
  readonly backends: readonly Ports[];
  /**
   * Repeat what a backend did not answer, and wait for it no longer than 5 s: for the figures of faults. Not for those of speed, because
   * HAProxy then keeps a copy of each request.
   */
  readonly resilient: boolean;
}

/** HAProxy with one thread, connections to backends shared by all clients, and health checks as often as ours. */
export function haproxyConfig({ ports, backends, resilient, certificate }: PeerOptions): string {
  const secure = certificate === undefined ? '' : `  bind 127.0.0.1:${ports.https} ssl crt ${certificate.bothFile}\n`;
  const servers = (service: keyof Ports, check: string): string =>
    backends.map((backend, index) => `  server s${index} 127.0.0.1:${backend[service]}${check}\n`).join('');
  const tcp = (service: 'echo' | 'sink'): string => `
listen ${service}
  mode tcp
  bind 127.0.0.1:${ports[service]}
  balance roundrobin
${servers(service, '')}`;
  return `global
  nbthread 1
  maxconn 4000

defaults
  timeout connect 2s
  timeout client 300s
  timeout server ${resilient ? '5s' : '300s'}
  option redispatch 1
${resilient ? '  retry-on conn-failure empty-response response-timeout\n' : ''}
listen http
  mode http
  bind 127.0.0.1:${ports.http}
${secure}  balance roundrobin
  http-reuse always
  option forwardfor
  option httpchk
  http-check send meth GET uri /healthz ver HTTP/1.1 hdr Host balancer.example
${servers('http', ' check inter 500ms fall 2 rise 2')}${tcp('echo')}${tcp('sink')}`;
}
