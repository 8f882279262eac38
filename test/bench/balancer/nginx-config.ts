import type { PeerOptions } from './haproxy-config.ts';
import type { Ports } from './contestant.ts';

/** Where Debian's package libnginx-mod-stream puts it. */
const streamModule = '/usr/lib/nginx/modules/ngx_stream_module.so';

/** nginx in one process, with connections to backends kept; it has no health checks but what real traffic shows. */
export function nginxConfig({ ports, backends, resilient, certificate }: PeerOptions): string {
  const secure =
    certificate === undefined
      ? ''
      : `    listen 127.0.0.1:${ports.https} ssl backlog=4096;
    ssl_certificate ${certificate.certificateFile};
    ssl_certificate_key ${certificate.keyFile};
    ssl_protocols TLSv1.2 TLSv1.3;
`;
  const upstream = (service: keyof Ports, more = ''): string =>
    `  upstream ${service} { ${backends.map((backend) => `server 127.0.0.1:${backend[service]} max_fails=1 fail_timeout=2s; `).join('')}${more}}\n`;
  const stream = (service: 'echo' | 'sink'): string =>
    `${upstream(service)}  server { listen 127.0.0.1:${ports[service]} backlog=4096; proxy_pass ${service}; proxy_half_close on; }\n`;
  return `load_module ${streamModule};
daemon off;
master_process off;
pid nginx-bench.pid;
error_log stderr error;
events { worker_connections 8192; multi_accept on; }
http {
  access_log off;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  keepalive_requests 100000000;
${upstream('http', 'keepalive 256; keepalive_requests 100000000; ')}  server {
    listen 127.0.0.1:${ports.http} backlog=4096;
${secure}    location / {
      proxy_pass http://http;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_connect_timeout 2s;
      proxy_read_timeout ${resilient ? '5s' : '300s'};
    }
  }
}
stream {
${stream('echo')}${stream('sink')}}
`;
}
